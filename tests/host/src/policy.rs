//! A policy, loaded once; every call gets an instance of its own, as in policy-server.

use std::sync::Arc;

use serde_json::Value;
use wasmi::{CompilationMode, Config, Engine, Linker, Module};

use crate::guest::Guest;
use crate::metadata::Metadata;
use crate::{Error, Evaluation, Instance, wapc, wasi};

/// A policy, checked and linked.
pub struct Policy {
    module: Module,
    linker: Linker<Guest>,
    metadata: Arc<Metadata>,
}

impl Policy {
    /// Loads a module.
    ///
    /// # Errors
    /// When it is none, or its metadata do not fit this host.
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
            metadata: Arc::new(Metadata::read(&module)?),
            module,
            linker,
        })
    }

    /// What the module says about itself: the JSON of its metadata section.
    #[must_use]
    pub fn metadata(&self) -> &Value {
        self.metadata.json()
    }

    /// The functions that the module wants of its host, as `module.name`, in order.
    pub fn imports(&self) -> impl Iterator<Item = String> {
        let imports = self.module.imports();
        imports.map(|import| format!("{}.{}", import.module(), import.name()))
    }

    /// Has the policy validate its settings, as policy-server does before any request.
    ///
    /// # Errors
    /// When it refuses them, or gives no answer.
    pub fn validate_settings(&self, settings: &Value) -> Result<(), Error> {
        let payload = settings.to_string();
        let look_up = |_: &Value| Err("nothing is looked up here".to_owned());
        let answer = self.call("validate_settings", payload.as_bytes(), look_up)?;
        let answer: Value = serde_json::from_str(&answer.response).map_err(|_| Error::NoAnswer)?;
        match (answer.get("valid"), answer.get("message")) {
            (Some(Value::Bool(true)), _) => Ok(()),
            (_, message) => {
                let message = message.and_then(Value::as_str).unwrap_or_default();
                Err(Error::Settings(message.to_owned()))
            }
        }
    }

    /// Calls a waPC operation with a payload in an instance of its own. `look_up` gets each
    /// request for an object, and gives its JSON or the text of an error.
    ///
    /// # Errors
    /// When the policy gives no answer. The next call is not affected.
    pub fn call(
        &self,
        operation: &str,
        payload: &[u8],
        look_up: impl Fn(&Value) -> Result<String, String> + Send + Sync + 'static,
    ) -> Result<Evaluation, Error> {
        self.start(u64::MAX, look_up)?.call(operation, payload)
    }

    /// A new instance, which is stopped when it has used up this much fuel: a unit for
    /// nearly every instruction of the interpreter, the same on every machine.
    ///
    /// # Errors
    /// When it does not get as far as a first call.
    pub fn start(
        &self,
        fuel: u64,
        look_up: impl Fn(&Value) -> Result<String, String> + Send + Sync + 'static,
    ) -> Result<Instance, Error> {
        let guest = Guest::new(Arc::clone(&self.metadata), Box::new(look_up));
        Instance::start(&self.linker, &self.module, guest, fuel)
    }
}
