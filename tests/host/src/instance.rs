//! One running instance of a policy.

use std::mem::take;

use wasmi::{Linker, Module, Store};

use crate::Error;
use crate::guest::{Guest, HostCall};

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
    /// What the guest wrote, whether to the console of waPC or to an output of WASI.
    pub console: String,
}

/// A policy in memory of its own, ready to be called.
pub struct Instance {
    store: Store<Guest>,
    instance: wasmi::Instance,
    fuel: u64,
}

impl Instance {
    /// Makes an instance and runs its start functions; `fuel` is all that it may use up.
    pub(crate) fn start(
        linker: &Linker<Guest>,
        module: &Module,
        guest: Guest,
        fuel: u64,
    ) -> Result<Self, Error> {
        let mut store = Store::new(module.engine(), guest);
        let started = store.set_fuel(fuel).and_then(|()| {
            let instance = linker.instantiate_and_start(&mut store, module)?;
            for start in STARTS {
                if instance.get_func(&store, start).is_some() {
                    let start = instance.get_typed_func::<(), ()>(&store, start)?;
                    start.call(&mut store, ())?;
                }
            }
            Ok(instance)
        });
        match started {
            Ok(instance) => Ok(Self {
                store,
                instance,
                fuel,
            }),
            Err(error) => Err(stopped(&error, store.data_mut())),
        }
    }

    /// Calls a waPC operation with a payload and gives the answer. What the guest keeps in
    /// its memory stays there for the next call.
    ///
    /// # Errors
    /// When the policy gives no answer.
    pub fn call(&mut self, operation: &str, payload: &[u8]) -> Result<Evaluation, Error> {
        let called = self.run(operation, payload);
        let guest = self.store.data_mut();
        let succeeded = called.map_err(|error| stopped(&error, guest))?;
        let (response, error) = (guest.response.take(), guest.error.take());
        let evaluation = Evaluation {
            response: match (succeeded, response, error) {
                (true, Some(response), _) => {
                    String::from_utf8(response).map_err(|_| Error::NoAnswer)?
                }
                (_, _, Some(error)) => return Err(Error::Guest(error)),
                _ => return Err(Error::NoAnswer),
            },
            host_calls: take(&mut guest.host_calls),
            console: take(&mut guest.console),
        };
        Ok(evaluation)
    }

    fn run(&mut self, operation: &str, payload: &[u8]) -> Result<bool, wasmi::Error> {
        let call = self
            .instance
            .get_typed_func::<(u32, u32), u32>(&self.store, "__guest_call")?;
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let lengths = (length(operation.as_bytes()), length(payload));
        let guest = self.store.data_mut();
        guest.operation = operation.as_bytes().to_vec();
        guest.payload = payload.to_vec();
        Ok(call.call(&mut self.store, lengths)? != 0)
    }

    /// The size of the linear memory, in bytes.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        let memory = self.instance.get_memory(&self.store, "memory");
        memory.map_or(0, |memory| memory.data_size(&self.store))
    }

    /// The fuel that was used up since the instance was made.
    #[must_use]
    pub fn fuel_used(&self) -> u64 {
        let left = self.store.get_fuel().unwrap_or_default();
        self.fuel.saturating_sub(left)
    }
}

fn stopped(error: &wasmi::Error, guest: &mut Guest) -> Error {
    Error::Stopped {
        reason: error.to_string(),
        console: take(&mut guest.console),
    }
}
