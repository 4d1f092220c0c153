//! What a guest writes, line by line.

/// Lines of the waPC console, of standard output and of standard error, in the
/// order in which they were finished.
#[derive(Debug, Default)]
pub(crate) struct Console {
    lines: Vec<String>,
    unfinished: Vec<u8>,
}

impl Console {
    /// Adds a whole message.
    pub(crate) fn log(&mut self, message: &[u8]) {
        self.lines.push(text(message));
    }

    /// Adds bytes of a stream, which ends its lines itself.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                self.lines.push(text(&self.unfinished));
                self.unfinished.clear();
            } else {
                self.unfinished.push(*byte);
            }
        }
    }

    /// All lines, with one that was never ended.
    pub(crate) fn into_lines(mut self) -> Vec<String> {
        if !self.unfinished.is_empty() {
            self.lines.push(text(&self.unfinished));
        }
        self.lines
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_lines_in_the_order_in_which_they_end() {
        let mut console = Console::default();
        console.write(b"panicked at ");
        console.log(b"a log line");
        console.write(b"lib.rs\nnote\n\nno end");

        assert_eq!(
            console.into_lines(),
            ["a log line", "panicked at lib.rs", "note", "", "no end"]
        );
    }
}
