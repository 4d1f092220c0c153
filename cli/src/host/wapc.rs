//! The nine functions that a waPC host offers to its guest.
//!
//! Neither side hands over buffers: the guest asks for lengths, makes room, and
//! then names the address where it wants the bytes.

use wasmtime::{Caller, Linker, Result};

use crate::host::guest::{Guest, HostCall};
use crate::host::memory;

/// The module name of these imports.
pub(crate) const MODULE: &str = "wapc";

/// Offers all of them.
pub(crate) fn link(linker: &mut Linker<Guest>) -> Result<()> {
    linker
        .func_wrap(MODULE, "__guest_request", guest_request)?
        .func_wrap(MODULE, "__guest_response", guest_response)?
        .func_wrap(MODULE, "__guest_error", guest_error)?
        .func_wrap(MODULE, "__host_call", host_call)?
        .func_wrap(MODULE, "__host_response_len", host_response_len)?
        .func_wrap(MODULE, "__host_response", host_response)?
        .func_wrap(MODULE, "__host_error_len", host_error_len)?
        .func_wrap(MODULE, "__host_error", host_error)?
        .func_wrap(MODULE, "__console_log", console_log)?;
    Ok(())
}

fn guest_request(mut caller: Caller<'_, Guest>, operation: u32, payload: u32) -> Result<()> {
    let (memory, guest) = memory::and_guest(&mut caller)?;
    memory::write(memory, operation, &guest.operation)?;
    memory::write(memory, payload, &guest.payload)
}

fn guest_response(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<()> {
    let (memory, guest) = memory::and_guest(&mut caller)?;
    guest.response = Some(memory::slice(memory, start, length)?.to_vec());
    Ok(())
}

fn guest_error(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<()> {
    let (memory, guest) = memory::and_guest(&mut caller)?;
    guest.error = Some(text(memory, start, length)?);
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the signature is waPC's")]
fn host_call(
    mut caller: Caller<'_, Guest>,
    binding: u32,
    binding_length: u32,
    namespace: u32,
    namespace_length: u32,
    operation: u32,
    operation_length: u32,
    payload: u32,
    payload_length: u32,
) -> Result<u32> {
    let (memory, guest) = memory::and_guest(&mut caller)?;
    let call = HostCall {
        binding: text(memory, binding, binding_length)?,
        namespace: text(memory, namespace, namespace_length)?,
        operation: text(memory, operation, operation_length)?,
        payload: text(memory, payload, payload_length)?,
    };
    Ok(u32::from(guest.host_call(call)))
}

fn host_response_len(caller: Caller<'_, Guest>) -> Result<u32> {
    Ok(u32::try_from(caller.data().host_response.len())?)
}

fn host_response(mut caller: Caller<'_, Guest>, start: u32) -> Result<()> {
    let (memory, guest) = memory::and_guest(&mut caller)?;
    memory::write(memory, start, &guest.host_response)
}

fn host_error_len(caller: Caller<'_, Guest>) -> Result<u32> {
    Ok(u32::try_from(caller.data().host_error.len())?)
}

fn host_error(mut caller: Caller<'_, Guest>, start: u32) -> Result<()> {
    let (memory, guest) = memory::and_guest(&mut caller)?;
    memory::write(memory, start, &guest.host_error)
}

fn console_log(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<()> {
    let (memory, guest) = memory::and_guest(&mut caller)?;
    guest.console.log(memory::slice(memory, start, length)?);
    Ok(())
}

fn text(memory: &[u8], start: u32, length: u32) -> Result<String> {
    let bytes = memory::slice(memory, start, length)?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
