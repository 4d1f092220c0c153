//! The manual pages: one of the command, and one of each verb that reads clusters. clap
//! knows the options; examples and exit status are set here, because roff would run
//! their lines together.

use std::io::{self, Write};

use clap::CommandFactory;
use clap::builder::Resettable;
use clap_mangen::Man;

use crate::command::arguments::{Arguments, EXIT_STATUS, examples};

/// The page of a verb, or of the whole command.
pub(crate) fn page(verb: Option<&str>) -> io::Result<Vec<u8>> {
    let mut whole = Arguments::command().disable_help_subcommand(true);
    whole.build();
    let of_verb = verb.and_then(|verb| whole.find_subcommand(verb).cloned());
    let command = of_verb.unwrap_or_else(|| {
        whole.about("says which clusters of a Rancher server run an agent that lags behind it")
    });
    let mut page = Vec::new();
    let source = concat!("rancher-agents ", env!("CARGO_PKG_VERSION"));
    Man::new(command.after_help(Resettable::Reset))
        .source(source)
        .render(&mut page)?;
    writeln!(page, ".SH EXAMPLES")?;
    for (title, example) in examples() {
        // A hyphen that is to be copied is written with a backslash.
        let example = example.replace('-', "\\-");
        writeln!(page, ".PP\n{title}\n.PP\n.nf\n.RS\n{example}\n.RE\n.fi")?;
    }
    writeln!(page, ".SH \"EXIT STATUS\"")?;
    for (status, meaning) in EXIT_STATUS.iter().enumerate() {
        let meaning = meaning.replace('-', "\\-");
        writeln!(page, ".TP\n{status}\n{meaning}")?;
    }
    Ok(page)
}
