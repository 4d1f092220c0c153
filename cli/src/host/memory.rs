//! The linear memory of a guest. Every address comes from the guest, so every
//! access is checked; a bad one stops the guest.

use wasmtime::{Caller, Extern, Result, format_err};

use crate::host::guest::Guest;

/// The memory of the calling guest, and its state, at the same time.
pub(crate) fn and_guest<'a>(
    caller: &'a mut Caller<'_, Guest>,
) -> Result<(&'a mut [u8], &'a mut Guest)> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| format_err!("the guest exports no memory"))?;
    Ok(memory.data_and_store_mut(caller))
}

/// The bytes of a range.
pub(crate) fn slice(memory: &[u8], start: u32, length: u32) -> Result<&[u8]> {
    let start = usize::try_from(start)?;
    let length = usize::try_from(length)?;
    start
        .checked_add(length)
        .and_then(|end| memory.get(start..end))
        .ok_or_else(out_of_bounds)
}

/// The bytes of a range, to be written.
pub(crate) fn slice_mut(memory: &mut [u8], start: u32, length: usize) -> Result<&mut [u8]> {
    let start = usize::try_from(start)?;
    start
        .checked_add(length)
        .and_then(|end| memory.get_mut(start..end))
        .ok_or_else(out_of_bounds)
}

/// Writes bytes to an address.
pub(crate) fn write(memory: &mut [u8], start: u32, bytes: &[u8]) -> Result<()> {
    slice_mut(memory, start, bytes.len())?.copy_from_slice(bytes);
    Ok(())
}

fn out_of_bounds() -> wasmtime::Error {
    format_err!("the guest named an address outside of its memory")
}
