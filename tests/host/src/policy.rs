//! A policy, loaded once; every call gets an instance of its own, as in policy-server.

use std::sync::Arc;

use serde_json::Value;
use wasmi::{CompilationMode, Config, Engine, Linker, Module};

use crate::guest::Guest;
use crate::{Error, Evaluation, Instance, metadata, wapc, wasi};

/// A policy, checked and linked.
pub struct Policy {
    module: Module,
    linker: Linker<Guest>,
    metadata: Arc<Value>,
}

impl Policy {
    /// Loads a module.
    ///
    /// # Errors
    /// When it is not one, or has not one metadata section.
    pub fn load(wasm: &[u8]) -> Result<Self, Error> {
        let error = |error: wasmi::Error| Error::Module(error.to_string());
        let mut config = Config::default();
        // A function that is translated when it is first called would use up fuel for that.
        config.compilation_mode(CompilationMode::Eager);
        config.consume_fuel(true);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, wasm).map_err(error)?;
        let mut linker = Linker::new(&engine);
        wapc::link(&mut linker).map_err(error)?;
        wasi::link(&mut linker).map_err(error)?;
        Ok(Self {
            metadata: Arc::new(metadata::read(&module)?),
            module,
            linker,
        })
    }

    /// What the module says about itself: the JSON of its metadata section.
    #[must_use]
    pub fn metadata(&self) -> &Value {
        &self.metadata
    }

    /// The functions that the module wants of its host, as `module.name`, in order.
    pub fn imports(&self) -> impl Iterator<Item = String> {
        let imports = self.module.imports();
        imports.map(|import| format!("{}.{}", import.module(), import.name()))
    }

    /// Calls a waPC operation with a payload in an instance of its own. `lookup` gets the name
    /// of an object, and gives its JSON or the text of an error.
    ///
    /// # Errors
    /// When the policy gives no answer. The next call is not affected.
    pub fn call(
        &self,
        operation: &str,
        payload: &[u8],
        lookup: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static,
    ) -> Result<Evaluation, Error> {
        self.start(u64::MAX, lookup)?.call(operation, payload)
    }

    /// A new instance, which is stopped when it has used up this much fuel: a unit for
    /// nearly every instruction of the interpreter, the same on every machine.
    ///
    /// # Errors
    /// When it does not get as far as a first call.
    pub fn start(
        &self,
        fuel: u64,
        lookup: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static,
    ) -> Result<Instance, Error> {
        let guest = Guest::new(Arc::clone(&self.metadata), Box::new(lookup));
        Instance::start(&self.linker, &self.module, guest, fuel)
    }
}
