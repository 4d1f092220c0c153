//! What is wrong with an input, each kind told once.

use std::fmt::Display;

/// How many of one kind are told one by one.
const TOLD: usize = 3;

/// What is wrong, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Kind>);

/// Problems that differ in their places only.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kind {
    what: String,
    /// The first of them, fit to print.
    places: Vec<String>,
    count: usize,
}

impl Problems {
    /// Adds a problem at a place that is fit to print.
    pub fn add(&mut self, place: impl Display, what: impl Display) {
        self.add_kind(Kind {
            what: what.to_string(),
            places: vec![place.to_string()],
            count: 1,
        });
    }

    /// Adds the problems of another input.
    pub fn append(&mut self, others: Self) {
        others.0.into_iter().for_each(|kind| self.add_kind(kind));
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line for each; one for many that differ in their places only.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(|kind| {
            let is_told = kind.count <= TOLD;
            let places = kind.places.iter().take(if is_told { TOLD } else { 1 });
            places.map(move |place| match kind.count {
                _ if is_told => format!("{place}: {}", kind.what),
                count => format!("{place}: {} ({} more like it)", kind.what, count - 1),
            })
        })
    }

    fn add_kind(&mut self, new: Kind) {
        match self.0.iter_mut().find(|kind| kind.what == new.what) {
            Some(kind) => {
                kind.count += new.count;
                kind.places.extend(new.places);
                kind.places.truncate(TOLD);
            }
            None => self.0.push(new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_one_kind_are_told_once() {
        let mut problems = Problems::default();
        assert!(problems.is_empty());
        for number in 1..4 {
            problems.add(number, "broken");
        }
        problems.add("b", "empty");
        let lines = |problems: &Problems| problems.lines().collect::<Vec<_>>();
        assert_eq!(
            lines(&problems),
            ["1: broken", "2: broken", "3: broken", "b: empty"]
        );
        let mut others = Problems::default();
        others.add(4, "broken");
        problems.append(others);
        assert_eq!(lines(&problems), ["1: broken (3 more like it)", "b: empty"]);
    }
}
