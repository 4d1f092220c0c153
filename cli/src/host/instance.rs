//! One running instance of a policy.

use std::sync::Arc;

use wasmtime::{InstancePre, Store, Trap, TypedFunc};

use crate::host::error::EvaluationError;
use crate::host::guest::{Guest, HostCall};
use crate::host::kubernetes::Kubernetes;

/// What a waPC host calls before the first operation, where it is exported
/// (wapc-rs `crates/wapc/src/wapc_functions.rs`).
const STARTS: [&str; 2] = ["_start", "wapc_init"];

/// What one call into a policy gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The answer of the guest, as it is.
    pub response: String,
    /// What the guest asked its host, in order.
    pub host_calls: Vec<HostCall>,
    /// What the guest wrote, line by line.
    pub console: Vec<String>,
}

/// A policy in memory of its own, ready to be called.
pub struct Instance {
    store: Store<Guest>,
    instance: wasmtime::Instance,
    fuel: Option<u64>,
    /// Why the guest was stopped, if it was: what it left in its memory is of no use.
    stopped: Option<EvaluationError>,
}

impl Instance {
    /// Makes an instance and runs its start functions. `fuel` is what it may use up
    /// from here on, where fuel is counted.
    pub(crate) fn start(
        linked: &InstancePre<Guest>,
        kubernetes: Arc<dyn Kubernetes>,
        fuel: Option<u64>,
    ) -> Result<Self, EvaluationError> {
        let mut store = Store::new(linked.module().engine(), Guest::new(kubernetes));
        // No epoch ever ends here; where epochs are off, this does nothing.
        store.set_epoch_deadline(u64::MAX >> 1);
        match start(&mut store, linked, fuel) {
            Ok(instance) => Ok(Self {
                store,
                instance,
                fuel,
                stopped: None,
            }),
            Err(error) => Err(trap(&error, &mut store)),
        }
    }

    /// Calls any waPC operation, with any payload. What the guest keeps in its memory
    /// stays there for the next call.
    ///
    /// # Errors
    /// When the policy gives no answer. A guest that was stopped in an earlier call
    /// gives none any more, but the error of that call.
    pub fn call(&mut self, operation: &str, payload: &[u8]) -> Result<Evaluation, EvaluationError> {
        if let Some(stopped) = &self.stopped {
            return Err(stopped.clone());
        }
        let succeeded = match self.run(operation, payload) {
            Ok(succeeded) => succeeded,
            Err(error) => {
                let stopped = trap(&error, &mut self.store);
                self.stopped = Some(stopped.clone());
                return Err(stopped);
            }
        };
        let guest = self.store.data_mut();
        let response = match (succeeded, guest.response.take(), guest.error.take()) {
            (true, Some(response), _) => response,
            (true, None, None) => return Err(EvaluationError::NoResponse),
            (_, _, error) => {
                let error = error.unwrap_or_else(|| "no reason given".to_owned());
                return Err(EvaluationError::Guest(error));
            }
        };
        Ok(Evaluation {
            response: String::from_utf8(response).map_err(|_| EvaluationError::NotText)?,
            host_calls: std::mem::take(&mut guest.host_calls),
            console: std::mem::take(&mut guest.console).into_lines(),
        })
    }

    fn run(&mut self, operation: &str, payload: &[u8]) -> wasmtime::Result<bool> {
        let lengths = (
            u32::try_from(operation.len())?,
            u32::try_from(payload.len())?,
        );
        self.store.data_mut().receive(operation, payload);
        let call: TypedFunc<(u32, u32), u32> = self
            .instance
            .get_typed_func(&mut self.store, "__guest_call")?;
        Ok(call.call(&mut self.store, lengths)? != 0)
    }

    /// The size of the linear memory, in bytes.
    #[must_use]
    pub fn memory_size(&mut self) -> usize {
        let memory = self.instance.get_memory(&mut self.store, "memory");
        memory.map_or(0, |memory| memory.data_size(&self.store))
    }

    /// The fuel that was used up since the instance was made; `None` where none is
    /// counted.
    #[must_use]
    pub fn fuel_used(&self) -> Option<u64> {
        let left = self.store.get_fuel().ok()?;
        Some(self.fuel?.saturating_sub(left))
    }
}

fn start(
    store: &mut Store<Guest>,
    linked: &InstancePre<Guest>,
    fuel: Option<u64>,
) -> wasmtime::Result<wasmtime::Instance> {
    if let Some(fuel) = fuel {
        store.set_fuel(fuel)?;
    }
    let instance = linked.instantiate(&mut *store)?;
    for start in STARTS {
        if let Some(function) = instance.get_func(&mut *store, start) {
            function.typed::<(), ()>(&*store)?.call(&mut *store, ())?;
        }
    }
    Ok(instance)
}

/// Why a guest stopped, and what it wrote before.
fn trap(error: &wasmtime::Error, store: &mut Store<Guest>) -> EvaluationError {
    EvaluationError::Trap {
        reason: match error.downcast_ref::<Trap>() {
            Some(trap) => trap.to_string(),
            None => error.root_cause().to_string(),
        },
        console: std::mem::take(&mut store.data_mut().console).into_lines(),
    }
}
