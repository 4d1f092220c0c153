//! The linear memory of a guest. Every address comes from the guest: a bad one stops it.

use wasmi::{Caller, Error, Extern, Memory};

use crate::guest::Guest;

fn memory(caller: &Caller<'_, Guest>) -> Result<Memory, Error> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    memory.ok_or_else(|| Error::new("the guest exports no memory"))
}

fn out_of_bounds() -> Error {
    Error::new("the guest named an address outside of its memory")
}

/// The bytes of a range.
pub(crate) fn read(caller: &Caller<'_, Guest>, start: u32, length: u32) -> Result<Vec<u8>, Error> {
    let (start, length) = (usize::try_from(start), usize::try_from(length));
    let (start, length) = (start.unwrap_or(usize::MAX), length.unwrap_or(usize::MAX));
    let bytes = memory(caller)?
        .data(caller)
        .get(start..start.saturating_add(length));
    Ok(bytes.ok_or_else(out_of_bounds)?.to_vec())
}

/// The bytes of a range as text; what is no UTF-8 is replaced.
pub(crate) fn text(caller: &Caller<'_, Guest>, start: u32, length: u32) -> Result<String, Error> {
    let bytes = read(caller, start, length)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes bytes to an address.
pub(crate) fn write(caller: &mut Caller<'_, Guest>, start: u32, bytes: &[u8]) -> Result<(), Error> {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let written = memory(caller)?.write(caller, start, bytes);
    written.map_err(|_| out_of_bounds())
}
