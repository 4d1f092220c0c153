//! The little of WASI that a Rust library needs. Nothing here depends on the machine or
//! on the moment, so an evaluation repeats exactly.

use wasmi::{Caller, Error, Linker};

use crate::guest::Guest;
use crate::memory::{read, text, write};

const SUCCESS: u32 = 0;
const BAD_FILE_DESCRIPTOR: u32 = 8;
const RANDOM_BYTE: u8 = 0x2a;

/// Offers all of it.
pub(crate) fn link(linker: &mut Linker<Guest>) -> Result<(), Error> {
    const MODULE: &str = "wasi_snapshot_preview1";
    linker
        .func_wrap(MODULE, "random_get", random_get)?
        .func_wrap(MODULE, "environ_sizes_get", environ_sizes_get)?
        .func_wrap(MODULE, "environ_get", environ_get)?
        .func_wrap(MODULE, "fd_write", fd_write)?
        .func_wrap(MODULE, "proc_exit", proc_exit)?;
    Ok(())
}

fn random_get(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<u32, Error> {
    let mut bytes = read(&caller, start, length)?;
    bytes.fill(RANDOM_BYTE);
    write(&mut caller, start, &bytes)?;
    Ok(SUCCESS)
}

fn environ_sizes_get(mut caller: Caller<'_, Guest>, count: u32, size: u32) -> Result<u32, Error> {
    write(&mut caller, count, &[0; 4])?;
    write(&mut caller, size, &[0; 4])?;
    Ok(SUCCESS)
}

fn environ_get(_: Caller<'_, Guest>, _pointers: u32, _strings: u32) -> u32 {
    SUCCESS
}

fn fd_write(
    mut caller: Caller<'_, Guest>,
    descriptor: u32,
    buffers: u32,
    count: u32,
    written: u32,
) -> Result<u32, Error> {
    if !matches!(descriptor, 1 | 2) {
        return Ok(BAD_FILE_DESCRIPTOR);
    }
    let buffers = read(&caller, buffers, count.saturating_mul(8))?;
    let mut total = 0_u32;
    for [a, b, c, d, e, f, g, h] in buffers.as_chunks::<8>().0 {
        let start = u32::from_le_bytes([*a, *b, *c, *d]);
        let length = u32::from_le_bytes([*e, *f, *g, *h]);
        let piece = text(&caller, start, length)?;
        caller.data_mut().console += &piece;
        total = total.saturating_add(length);
    }
    write(&mut caller, written, &total.to_le_bytes())?;
    Ok(SUCCESS)
}

fn proc_exit(_: Caller<'_, Guest>, code: u32) -> Result<(), Error> {
    Err(Error::new(format!("the guest exited with code {code}")))
}
