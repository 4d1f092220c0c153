//! A waPC host on wasmtime, set up as policy-server's: instances made on demand, one for
//! each request, and epochs to interrupt a guest. Its lookups return canned objects.

use wasmtime::{Caller, Config, Engine, InstancePre, Linker, Module, Result, Store, format_err};

use policy_cases::requests::setting;

/// What the host keeps about one instance.
#[derive(Default)]
struct Guest {
    operation: Vec<u8>,
    payload: Vec<u8>,
    response: Vec<u8>,
    object: Vec<u8>,
}

/// A guest, compiled and linked.
#[derive(Clone)]
pub(crate) struct Policy(InstancePre<Guest>);

/// A guest in memory of its own.
pub(crate) struct Instance {
    store: Store<Guest>,
    instance: wasmtime::Instance,
}

impl Policy {
    /// Compiles a module.
    pub(crate) fn load(wasm: &[u8]) -> Result<Self> {
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        let mut linker = Linker::new(&engine);
        wapc(&mut linker)?;
        wasi(&mut linker)?;
        Ok(Self(linker.instantiate_pre(&Module::new(&engine, wasm)?)?))
    }

    /// Makes an instance and runs its start function.
    pub(crate) fn instance(&self) -> Result<Instance> {
        let mut store = Store::new(self.0.module().engine(), Guest::default());
        store.set_epoch_deadline(u64::MAX >> 1);
        let instance = self.0.instantiate(&mut store)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "wapc_init")?;
        start.call(&mut store, ())?;
        Ok(Instance { store, instance })
    }
}

impl Instance {
    /// The answer to a payload of `validate`.
    pub(crate) fn validate(&mut self, payload: &[u8]) -> Result<String> {
        let operation = b"validate";
        let lengths = (
            u32::try_from(operation.len())?,
            u32::try_from(payload.len())?,
        );
        let guest = self.store.data_mut();
        guest.operation = operation.to_vec();
        guest.payload = payload.to_vec();
        let call = self
            .instance
            .get_typed_func::<(u32, u32), u32>(&mut self.store, "__guest_call")?;
        call.call(&mut self.store, lengths)?;
        Ok(String::from_utf8(std::mem::take(
            &mut self.store.data_mut().response,
        ))?)
    }
}

fn wapc(linker: &mut Linker<Guest>) -> Result<()> {
    linker
        .func_wrap("wapc", "__guest_request", guest_request)?
        .func_wrap("wapc", "__guest_response", guest_response)?
        .func_wrap("wapc", "__guest_error", guest_response)?
        .func_wrap("wapc", "__host_call", host_call)?
        .func_wrap("wapc", "__host_response_len", host_response_len)?
        .func_wrap("wapc", "__host_response", host_response)?
        .func_wrap("wapc", "__host_error_len", || 0_u32)?
        .func_wrap("wapc", "__host_error", |_: u32| ())?
        .func_wrap("wapc", "__console_log", |_: u32, _: u32| ())?;
    Ok(())
}

/// What the guests import of WASI, which has no part in the answers.
fn wasi(linker: &mut Linker<Guest>) -> Result<()> {
    const MODULE: &str = "wasi_snapshot_preview1";
    linker
        .func_wrap(MODULE, "random_get", |_: u32, _: u32| 0_u32)?
        .func_wrap(MODULE, "environ_sizes_get", |_: u32, _: u32| 0_u32)?
        .func_wrap(MODULE, "environ_get", |_: u32, _: u32| 0_u32)?
        .func_wrap(MODULE, "fd_write", |_: u32, _: u32, _: u32, _: u32| 0_u32)?
        .func_wrap(MODULE, "proc_exit", |_: u32| ())?;
    Ok(())
}

/// The memory of the calling guest, and what the host keeps about it.
fn parts<'a>(caller: &'a mut Caller<'_, Guest>) -> Result<(&'a mut [u8], &'a mut Guest)> {
    let memory = caller
        .get_export("memory")
        .and_then(wasmtime::Extern::into_memory);
    let memory = memory.ok_or_else(|| format_err!("the guest exports no memory"))?;
    Ok(memory.data_and_store_mut(caller))
}

fn range(memory: &mut [u8], start: u32, length: usize) -> Result<&mut [u8]> {
    let start = usize::try_from(start)?;
    let range = memory.get_mut(start..start.saturating_add(length));
    range.ok_or_else(|| format_err!("an address outside of the memory"))
}

fn guest_request(mut caller: Caller<'_, Guest>, operation: u32, payload: u32) -> Result<()> {
    let (memory, guest) = parts(&mut caller)?;
    range(memory, operation, guest.operation.len())?.copy_from_slice(&guest.operation);
    range(memory, payload, guest.payload.len())?.copy_from_slice(&guest.payload);
    Ok(())
}

fn guest_response(mut caller: Caller<'_, Guest>, start: u32, length: u32) -> Result<()> {
    let (memory, guest) = parts(&mut caller)?;
    guest.response = range(memory, start, usize::try_from(length)?)?.to_vec();
    Ok(())
}

/// Every call is taken for a lookup of one of Rancher's Settings.
#[expect(clippy::too_many_arguments, reason = "the signature is waPC's")]
fn host_call(
    mut caller: Caller<'_, Guest>,
    _binding: u32,
    _binding_length: u32,
    _namespace: u32,
    _namespace_length: u32,
    _operation: u32,
    _operation_length: u32,
    payload: u32,
    payload_length: u32,
) -> Result<u32> {
    let (memory, guest) = parts(&mut caller)?;
    let request = range(memory, payload, usize::try_from(payload_length)?)?;
    let request: serde_json::Value = serde_json::from_slice(request)?;
    let name = request.get("name").and_then(serde_json::Value::as_str);
    guest.object = setting(name.unwrap_or_default()).as_bytes().to_vec();
    Ok(1)
}

fn host_response_len(caller: Caller<'_, Guest>) -> Result<u32> {
    Ok(u32::try_from(caller.data().object.len())?)
}

fn host_response(mut caller: Caller<'_, Guest>, start: u32) -> Result<()> {
    let (memory, guest) = parts(&mut caller)?;
    range(memory, start, guest.object.len())?.copy_from_slice(&guest.object);
    Ok(())
}
