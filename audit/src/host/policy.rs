//! The host: loads a policy and runs it the way policy-server does.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use serde::Deserialize;
use serde_json::Value;
use wasmtime::{
    Config, Engine, ExternType, InstanceAllocationStrategy, InstancePre, Linker, Module,
    PoolingAllocationConfig, Store, Trap, bail,
};

use crate::host::error::{EvaluationError, LoadError};
use crate::host::guest::{Guest, HostCall};
use crate::host::kubernetes::{Kubernetes, Settings};
use crate::host::metadata::Metadata;
use crate::host::{wapc, wasi};

/// What a waPC host calls before the first operation, where it is exported
/// (wapc-rs `crates/wapc/src/wapc_functions.rs`).
const STARTS: [&str; 2] = ["_start", "wapc_init"];

/// A policy, compiled, linked, and with settings that it accepts.
pub struct Policy {
    instance: InstancePre<Guest>,
    metadata: Metadata,
    settings: String,
}

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

#[derive(Deserialize)]
struct SettingsAnswer {
    valid: bool,
    message: Option<String>,
}

impl Policy {
    /// Loads a policy as policy-server does: its metadata have to fit this host,
    /// and it has to accept its settings. Settings that are null count as none.
    ///
    /// # Errors
    /// Why the module cannot serve as a policy, or not with these settings.
    pub fn load(wasm: &[u8], settings: &Value) -> Result<Self, LoadError> {
        let metadata = Metadata::read(wasm)?;
        let engine = engine()?;
        let module = Module::new(&engine, wasm).map_err(|e| LoadError::Module(one_line(&e)))?;
        for export in ["memory", "__guest_call"] {
            if module.get_export(export).is_none() {
                return Err(LoadError::Exports(export));
            }
        }
        let instance = link(&module).map_err(|e| LoadError::Imports(one_line(&e)))?;
        let policy = Self {
            instance,
            metadata,
            settings: String::new(),
        };
        policy.with_settings(settings)
    }

    /// The same module with other settings, without compiling it again.
    ///
    /// # Errors
    /// Why the policy refuses these settings.
    pub fn with_settings(&self, settings: &Value) -> Result<Self, LoadError> {
        let policy = Self {
            instance: self.instance.clone(),
            metadata: self.metadata.clone(),
            settings: match settings {
                Value::Null => "{}".to_owned(),
                Value::Object(_) => settings.to_string(),
                _ => return Err(LoadError::SettingsNotAnObject),
            },
        };
        policy.validate_settings()?;
        Ok(policy)
    }

    /// What the module says about itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Evaluates one `AdmissionRequest`, given as JSON.
    ///
    /// # Errors
    /// When the policy gives no answer. The next call is not affected.
    pub fn validate(
        &self,
        request: &str,
        kubernetes: Arc<dyn Kubernetes>,
    ) -> Result<Evaluation, EvaluationError> {
        let payload = format!(r#"{{"request":{request},"settings":{}}}"#, self.settings);
        self.call("validate", payload.as_bytes(), kubernetes)
    }

    /// The protocol version that the policy itself answers, as JSON.
    ///
    /// # Errors
    /// When the policy gives no answer.
    pub fn protocol_version(&self) -> Result<String, EvaluationError> {
        let evaluation = self.call("protocol_version", b"", nothing())?;
        Ok(evaluation.response)
    }

    /// Calls any waPC operation, with any payload, in an instance of its own: no
    /// memory of the guest outlives a call.
    ///
    /// # Errors
    /// When the policy gives no answer. The next call is not affected.
    pub fn call(
        &self,
        operation: &str,
        payload: &[u8],
        kubernetes: Arc<dyn Kubernetes>,
    ) -> Result<Evaluation, EvaluationError> {
        let guest = Guest::new(operation, payload, kubernetes);
        let mut store = Store::new(self.instance.module().engine(), guest);
        let outcome = self.run(&mut store);
        let guest = store.into_data();
        let console = guest.console.into_lines();
        let succeeded = outcome.map_err(|error| EvaluationError::Trap {
            reason: reason(&error),
            console: console.clone(),
        })?;
        let response = match (succeeded, guest.response, guest.error) {
            (true, Some(response), _) => response,
            (true, None, None) => return Err(EvaluationError::NoResponse),
            (_, _, error) => {
                let error = error.unwrap_or_else(|| "no reason given".to_owned());
                return Err(EvaluationError::Guest(error));
            }
        };
        Ok(Evaluation {
            response: String::from_utf8(response).map_err(|_| EvaluationError::NotText)?,
            host_calls: guest.host_calls,
            console,
        })
    }

    /// Runs a new instance: its start functions, then the call itself.
    fn run(&self, store: &mut Store<Guest>) -> wasmtime::Result<bool> {
        let instance = self.instance.instantiate(&mut *store)?;
        for start in STARTS {
            if let Some(function) = instance.get_func(&mut *store, start) {
                function.typed::<(), ()>(&*store)?.call(&mut *store, ())?;
            }
        }
        let lengths = (
            u32::try_from(store.data().operation.len())?,
            u32::try_from(store.data().payload.len())?,
        );
        let call = instance.get_typed_func::<(u32, u32), u32>(&mut *store, "__guest_call")?;
        Ok(call.call(&mut *store, lengths)? != 0)
    }

    fn validate_settings(&self) -> Result<(), LoadError> {
        let answer = self
            .call("validate_settings", self.settings.as_bytes(), nothing())
            .map_err(|e| {
                LoadError::Settings(format!("error invoking settings validation callback: {e}"))
            })?;
        let answer: SettingsAnswer = serde_json::from_str(&answer.response).map_err(|_| {
            LoadError::Settings("the policy gave no readable answer about them".to_owned())
        })?;
        if answer.valid {
            Ok(())
        } else {
            Err(LoadError::Settings(answer.message.unwrap_or_default()))
        }
    }
}

/// How much of the memory and of the table of an instance is wiped by hand rather
/// than given back to the operating system, in bytes: more than the policy has when
/// it starts.
const KEPT_RESIDENT: usize = 2 << 20;

/// How many instances there may be at a time on one core. One runs; more than that
/// is for whoever uses the library with threads of its own.
const INSTANCES_PER_CORE: usize = 16;

/// Address space for the memory of an instance where it is scarce, in bytes.
const SMALL_RESERVATION: u64 = 16 << 20;

/// An engine that takes the memory of its instances from a pool, which wipes it in
/// between: 10,000 clusters on several cores would else wait for the operating
/// system most of the time. Where the address space is too small for a pool, each
/// instance gets memory of its own.
fn engine() -> Result<Engine, LoadError> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let instances = cores.saturating_mul(INSTANCES_PER_CORE).try_into();
    let instances = instances.unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(instances);
    pool.total_memories(instances);
    pool.total_tables(instances);
    pool.linear_memory_keep_resident(KEPT_RESIDENT);
    pool.table_keep_resident(KEPT_RESIDENT);
    let mut pooled = Config::new();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let mut small = Config::new();
    small.memory_reservation(SMALL_RESERVATION);
    small.memory_guard_size(0);
    Engine::new(&pooled)
        .or_else(|_| Engine::new(&small))
        .map_err(|e| LoadError::Module(one_line(&e)))
}

/// A Kubernetes for calls that have no business with one.
fn nothing() -> Arc<dyn Kubernetes> {
    Arc::new(Settings::default())
}

/// Links a module with what this host offers. Other functions of the same two
/// interfaces stop the guest when it calls them; other imports are an error.
fn link(module: &Module) -> wasmtime::Result<InstancePre<Guest>> {
    let mut linker = Linker::new(module.engine());
    linker.allow_shadowing(true);
    for import in module.imports() {
        let (space, name) = (import.module(), import.name());
        if let ExternType::Func(kind) = import.ty()
            && [wapc::MODULE, wasi::MODULE].contains(&space)
        {
            let message = format!("the guest called {space}.{name}, which this host lacks");
            linker.func_new(space, name, kind, move |_, _, _| bail!("{message}"))?;
        }
    }
    wapc::link(&mut linker)?;
    wasi::link(&mut linker)?;
    linker.instantiate_pre(module)
}

/// An error of the engine and its causes. Some are written over several lines.
fn one_line(error: &wasmtime::Error) -> String {
    let text = format!("{error:#}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Why a guest stopped, in one line.
fn reason(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    }
}
