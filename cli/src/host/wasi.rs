//! The little of WASI that a Rust library needs: random numbers for its hash
//! maps, standard error for a panic, an environment, an exit.
//!
//! Nothing here depends on the machine or on the moment, so an evaluation
//! repeats exactly.

use wasmtime::{Caller, Linker, Result, bail};

use crate::host::guest::Guest;
use crate::host::memory;

/// The module name of these imports.
pub(crate) const MODULE: &str = "wasi_snapshot_preview1";

const SUCCESS: u32 = 0;
const BAD_FILE_DESCRIPTOR: u32 = 8;
const RANDOM_BYTE: u8 = 0x2a;

/// Offers all of them.
pub(crate) fn link(linker: &mut Linker<Guest>) -> Result<()> {
    linker
        .func_wrap(MODULE, "random_get", random_get)?
        .func_wrap(MODULE, "environ_sizes_get", environ_sizes_get)?
        .func_wrap(MODULE, "environ_get", environ_get)?
        .func_wrap(MODULE, "fd_write", fd_write)?
        .func_wrap(MODULE, "proc_exit", proc_exit)?;
    Ok(())
}

fn random_get(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<u32> {
    let (memory, _) = memory::and_guest(&mut caller)?;
    memory::slice_mut(memory, start, usize::try_from(length)?)?.fill(RANDOM_BYTE);
    Ok(SUCCESS)
}

fn environ_sizes_get(mut caller: Caller<'_, Guest>, count: u32, size: u32) -> Result<u32> {
    let (memory, _) = memory::and_guest(&mut caller)?;
    memory::write(memory, count, &0_u32.to_le_bytes())?;
    memory::write(memory, size, &0_u32.to_le_bytes())?;
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
) -> Result<u32> {
    if !matches!(descriptor, 1 | 2) {
        return Ok(BAD_FILE_DESCRIPTOR);
    }
    let (memory, guest) = memory::and_guest(&mut caller)?;
    let mut total = 0_u32;
    let (buffers, _) = memory::slice(memory, buffers, count.saturating_mul(8))?.as_chunks::<8>();
    for [a, b, c, d, e, f, g, h] in buffers {
        let start = u32::from_le_bytes([*a, *b, *c, *d]);
        let length = u32::from_le_bytes([*e, *f, *g, *h]);
        guest.console.write(memory::slice(memory, start, length)?);
        total = total.saturating_add(length);
    }
    memory::write(memory, written, &total.to_le_bytes())?;
    Ok(SUCCESS)
}

fn proc_exit(_: Caller<'_, Guest>, code: u32) -> Result<()> {
    bail!("the guest exited with code {code}")
}
