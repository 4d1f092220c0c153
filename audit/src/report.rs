//! What the command prints: one row for each cluster, and a summary.

use comfy_table::{Table, presets};

use crate::review::{Review, Verdict};
use crate::text::{printable, short};

const HEADER: [&str; 6] = [
    "CLUSTER", "NAME", "DESIRED", "DEPLOYED", "VERDICT", "MESSAGE",
];

/// Columns are this far apart.
const GAP: u16 = 2;

/// The reviews as a table without lines, in the order in which they are given.
/// No message is wrapped: the command in it is to be copied.
#[must_use]
pub fn table(reviews: &[Review]) -> String {
    let mut table = Table::new();
    table
        .force_no_tty()
        .load_style(presets::NOTHING)
        .set_header(HEADER);
    for review in reviews {
        table.add_row([
            review.cluster.clone(),
            review.name.clone(),
            review.desired.clone(),
            review.deployed.clone(),
            match review.verdict {
                Verdict::OutOfScope => "-".to_owned(),
                verdict => verdict.word().to_owned(),
            },
            printable(&review.message),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    table.trim_fmt()
}

/// How many clusters got which verdict, and by which Rancher.
#[must_use]
pub fn summary(reviews: &[Review], server_version: &str) -> String {
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|verdict| {
            let of_this = |review: &&Review| review.verdict == verdict;
            (verdict, reviews.iter().filter(of_this).count())
        })
        .filter(|(verdict, count)| *verdict == Verdict::Lagging || *count > 0)
        .map(|(verdict, count)| format!("{count} {}", verdict.word()))
        .collect();
    let clusters = match reviews.len() {
        1 => "1 cluster".to_owned(),
        count => format!("{count} clusters"),
    };
    format!(
        "{clusters}: {} (Rancher {})",
        counts.join(", "),
        short(server_version)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(cluster: &str, verdict: Verdict, message: &str) -> Review {
        Review {
            cluster: cluster.to_owned(),
            name: format!("name of {cluster}"),
            desired: "follows".to_owned(),
            deployed: "-".to_owned(),
            verdict,
            message: message.to_owned(),
            is_evaluated: true,
        }
    }

    fn reviews() -> [Review; 3] {
        [
            review(
                "c-m-1",
                Verdict::Lagging,
                "one two three four five six seven eight nine ten eleven",
            ),
            review("c-2", Verdict::Ok, "a\nb"),
            review("local", Verdict::OutOfScope, ""),
        ]
    }

    #[test]
    fn a_table_has_one_line_for_each_cluster() {
        assert_eq!(
            table(&reviews()),
            "\
CLUSTER  NAME           DESIRED  DEPLOYED  VERDICT  MESSAGE
c-m-1    name of c-m-1  follows  -         lagging  one two three four five six seven eight nine ten eleven
c-2      name of c-2    follows  -         ok       a\\nb
local    name of local  follows  -         -"
        );
    }

    #[test]
    fn the_summary_counts_verdicts_and_always_says_how_many_lag() {
        assert_eq!(
            summary(&reviews(), "v2.12.3"),
            "3 clusters: 1 lagging, 1 ok, 1 out of scope (Rancher v2.12.3)"
        );
        assert_eq!(
            summary(&[review("c-1", Verdict::Ok, "")], "v2\n"),
            "1 cluster: 0 lagging, 1 ok (Rancher v2\\n)"
        );
    }
}
