//! The functions that a waPC host offers to its guest. Neither side hands over buffers:
//! the guest asks for lengths, makes room, and names the address where it wants the bytes.

use wasmi::{Caller, Error, Linker};

use crate::guest::{Guest, HostCall};
use crate::memory::{read, text, write};

/// Offers all of them.
pub(crate) fn link(linker: &mut Linker<Guest>) -> Result<(), Error> {
    const MODULE: &str = "wapc";
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

fn guest_request(mut caller: Caller<'_, Guest>, operation: u32, payload: u32) -> Result<(), Error> {
    let bytes = caller.data().operation.clone();
    write(&mut caller, operation, &bytes)?;
    let bytes = caller.data().payload.clone();
    write(&mut caller, payload, &bytes)
}

fn guest_response(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<(), Error> {
    caller.data_mut().response = Some(read(&caller, start, length)?);
    Ok(())
}

fn guest_error(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<(), Error> {
    caller.data_mut().error = Some(text(&caller, start, length)?);
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
) -> Result<u32, Error> {
    let namespace = text(&caller, namespace, namespace_length)?;
    let operation = text(&caller, operation, operation_length)?;
    let call = HostCall {
        binding: text(&caller, binding, binding_length)?,
        capability: format!("{namespace}/{operation}"),
        payload: text(&caller, payload, payload_length)?,
    };
    Ok(u32::from(caller.data_mut().host_call(call)))
}

fn host_response_len(caller: Caller<'_, Guest>) -> u32 {
    length(caller.data().host_answer.as_ref().ok())
}

fn host_response(mut caller: Caller<'_, Guest>, start: u32) -> Result<(), Error> {
    let response = caller.data().host_answer.clone().unwrap_or_default();
    write(&mut caller, start, response.as_bytes())
}

fn host_error_len(caller: Caller<'_, Guest>) -> u32 {
    length(caller.data().host_answer.as_ref().err())
}

fn host_error(mut caller: Caller<'_, Guest>, start: u32) -> Result<(), Error> {
    let error = caller.data().host_answer.clone().err().unwrap_or_default();
    write(&mut caller, start, error.as_bytes())
}

fn console_log(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<(), Error> {
    let line = text(&caller, start, length)?;
    caller.data_mut().console += &format!("{line}\n");
    Ok(())
}

fn length(text: Option<&String>) -> u32 {
    let length = text.map_or(0, String::len);
    u32::try_from(length).unwrap_or(u32::MAX)
}
