//! Columns made as narrow as a terminal is. What is cut says so by an ellipsis.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether a column may be made narrower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shrink {
    /// It holds what is to be copied, or what matters most.
    Never,
    /// Where there is no room.
    First,
    /// Where there is no room, and the others are as narrow as they can be.
    Last,
}

/// No column gets narrower than this.
const NARROWEST: usize = 7;

/// Makes the rows fit into a width: first without this prefix of an image, then by cutting
/// the widest columns.
pub(crate) fn fit(
    columns: &[(&str, Shrink)],
    rows: &mut [Vec<String>],
    width: usize,
    gap: usize,
    prefix: &str,
) {
    let total =
        |widths: &[usize]| widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1);
    if total(&natural(columns, rows)) > width {
        for cell in rows.iter_mut().flatten() {
            if let Some(rest) = cell.strip_prefix(prefix) {
                *cell = rest.to_owned();
            }
        }
    }
    let mut widths = natural(columns, rows);
    while total(&widths) > width {
        let widest = columns
            .iter()
            .zip(&mut widths)
            .filter(|((_, shrink), width)| *shrink != Shrink::Never && **width > NARROWEST)
            .max_by_key(|((_, shrink), width)| (*shrink == Shrink::First, **width));
        match widest {
            Some((_, width)) => *width -= 1,
            None => break,
        }
    }
    for row in rows {
        for (cell, width) in row.iter_mut().zip(&widths) {
            *cell = cut(cell, *width);
        }
    }
}

/// How wide each column is by itself.
fn natural(columns: &[(&str, Shrink)], rows: &[Vec<String>]) -> Vec<usize> {
    let header = columns.iter().map(|(name, _)| name.width());
    header
        .enumerate()
        .map(|(index, header)| {
            let cells = rows.iter().filter_map(|row| row.get(index));
            cells.map(|cell| cell.width()).fold(header, usize::max)
        })
        .collect()
}

/// The start of a text, no wider than this.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut left = width.saturating_sub(1);
    for character in text.chars() {
        let needed = character.width().unwrap_or_default();
        if needed > left {
            break;
        }
        left -= needed;
        cut.push(character);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [(&str, Shrink); 3] = [
        ("NAME", Shrink::Never),
        ("DISPLAY NAME", Shrink::First),
        ("IMAGE", Shrink::First),
    ];

    fn fitted(width: usize, rows: &[[&str; 3]]) -> Vec<String> {
        let mut rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.map(str::to_owned).to_vec())
            .collect();
        fit(&COLUMNS, &mut rows, width, 2, "agent:");
        rows.iter().map(|row| row.join("|")).collect()
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let rows = [["c-m-12345678", "name", "agent:v1"]];
        assert_eq!(fitted(80, &rows), ["c-m-12345678|name|agent:v1"]);
        assert_eq!(fitted(36, &rows), ["c-m-12345678|name|agent:v1"]);
        assert_eq!(fitted(35, &rows), ["c-m-12345678|name|v1"]);
    }

    #[test]
    fn the_widest_columns_are_cut() {
        let long = "a name that goes on and on";
        let rows = [
            ["c-m-12345678", long, "agent:v1.2.3-hotfix-a3c0.4"],
            ["c-1", "日本語の名前です", "agent:v1"],
        ];
        assert_eq!(
            fitted(42, &rows),
            [
                "c-m-12345678|a name that …|v1.2.3-hotfi…",
                "c-1|日本語の名前…|v1"
            ]
        );
    }

    #[test]
    fn a_terminal_can_be_too_narrow() {
        let rows = [["c-m-12345678", "a long display name", "agent:v1.2.3-hotfix"]];
        assert_eq!(fitted(10, &rows), ["c-m-12345678|a long…|v1.2.3…"]);
    }
}
