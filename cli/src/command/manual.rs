//! The manual page. clap knows the options; examples and exit status are set here,
//! because roff would run their lines together.

use std::io::{self, Write};

use clap::CommandFactory;
use clap::builder::Resettable;
use clap_mangen::Man;

use crate::command::arguments::{Arguments, EXIT_STATUS};
use crate::command::name::{input_command, watch_command};

pub(crate) fn page() -> io::Result<Vec<u8>> {
    let command = Arguments::command()
        .about("says which clusters of a Rancher server run an agent that lags behind it")
        .after_help(Resettable::Reset);
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    writeln!(page, ".SH EXAMPLES")?;
    for (title, example) in [
        ("Which agents lag:", input_command()),
        ("While agents are rolled out:", watch_command()),
    ] {
        // A hyphen that is to be copied is written with a backslash.
        let example = example.replace('-', "\\-");
        writeln!(page, ".PP\n{title}\n.PP\n.nf\n.RS\n{example}\n.RE\n.fi")?;
    }
    writeln!(page, ".SH \"EXIT STATUS\"")?;
    for (status, meaning) in EXIT_STATUS {
        let meaning = meaning.replace('-', "\\-");
        writeln!(page, ".TP\n{status}\n{meaning}")?;
    }
    Ok(page)
}
