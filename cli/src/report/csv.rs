//! Comma-separated values, as RFC 4180 has them: lines end with CR and LF, and a
//! field with a comma, a quote or a line break stands in quotes.
//!
//! A field is exactly what the cluster says, so that it can be read back. That
//! holds for one that begins with `=`, too, which some spreadsheets take for a
//! formula: import such columns as text.

use csv::{Terminator, WriterBuilder};

use crate::report::Report;
use crate::report::facts::{NAMES, values};

/// A header, and a record for each row.
pub(crate) fn csv(report: &Report) -> Result<String, String> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(NAMES).map_err(|e| e.to_string())?;
    for row in &report.rows {
        writer
            .write_record(values(report, row))
            .map_err(|e| e.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_record_for_each_cluster() {
        let lines = [
            "name,display_name,desired,deployed,server_version,verdict,reason,pinned_by,unreachable,message",
            "c-1,name of c-1,rancher/rancher-agent:v2.10.3,rancher/rancher-agent:v2.12.3,v2.12.3,lagging,desired-lagging,spec.desiredAgentImage,,\"pins `v2.10.3`, \"\"two\"\" minor versions behind\"",
            "c-2,name of c-2,follows,,v2.12.3,unknown,,,disconnected,no server version",
            "c-3,name of c-3,follows,rancher/rancher-agent:v2.12.3,v2.12.3,current,,,,",
            "local,name of local,follows,rancher/rancher-agent:v2.12.3,v2.12.3,out-of-scope,,,,",
        ];
        assert_eq!(
            csv(&sample::report()).unwrap(),
            lines.map(|line| format!("{line}\r\n")).concat()
        );
    }
}
