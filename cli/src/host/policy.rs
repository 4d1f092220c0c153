//! The host: loads a policy and runs it the way policy-server does.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use wasmtime::{InstancePre, Module};

use crate::host::engine::{Instances, engine, link};
use crate::host::error::{EvaluationError, LoadError};
use crate::host::guest::Guest;
use crate::host::instance::{Evaluation, Instance};
use crate::host::kubernetes::{Kubernetes, Settings};
use crate::host::metadata::Metadata;

/// A policy, compiled, linked, and with settings that it accepts.
#[derive(Clone)]
pub struct Policy {
    linked: InstancePre<Guest>,
    metadata: Metadata,
    settings: String,
    fuel: Option<u64>,
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
        Self::load_as(Instances::Pooled, wasm, settings)
    }

    /// The same, for a certain kind of instances.
    ///
    /// # Errors
    /// As [`Policy::load`].
    pub fn load_as(instances: Instances, wasm: &[u8], settings: &Value) -> Result<Self, LoadError> {
        let metadata = Metadata::read(wasm)?;
        let engine = engine(instances).map_err(|e| LoadError::Module(one_line(&e)))?;
        let module = Module::new(&engine, wasm).map_err(|e| LoadError::Module(one_line(&e)))?;
        for export in ["memory", "__guest_call"] {
            if module.get_export(export).is_none() {
                return Err(LoadError::Exports(export));
            }
        }
        let linked = link(&module).map_err(|e| LoadError::Imports(one_line(&e)))?;
        let policy = Self {
            linked,
            metadata,
            settings: String::new(),
            fuel: instances.are_metered().then_some(u64::MAX),
        };
        policy.with_settings(settings)
    }

    /// The same module with other settings, without compiling it again.
    ///
    /// # Errors
    /// Why the policy refuses these settings.
    pub fn with_settings(&self, settings: &Value) -> Result<Self, LoadError> {
        let policy = Self {
            linked: self.linked.clone(),
            metadata: self.metadata.clone(),
            fuel: self.fuel,
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
        self.instance(kubernetes)?.call(operation, payload)
    }

    /// A new instance, for one call or for many.
    ///
    /// # Errors
    /// When there is no room for one, or its start functions trap.
    pub fn instance(&self, kubernetes: Arc<dyn Kubernetes>) -> Result<Instance, EvaluationError> {
        Instance::start(&self.linked, kubernetes, self.fuel)
    }

    /// The same policy, each instance of which is stopped when it has used up this
    /// much fuel. Nothing changes where no fuel is counted.
    #[must_use]
    pub fn with_fuel(&self, fuel: u64) -> Self {
        Self {
            linked: self.linked.clone(),
            metadata: self.metadata.clone(),
            settings: self.settings.clone(),
            fuel: self.fuel.map(|_| fuel),
        }
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

/// A Kubernetes for calls that have no business with one.
fn nothing() -> Arc<dyn Kubernetes> {
    Arc::new(Settings::default())
}

/// An error of the engine and its causes. Some are written over several lines.
fn one_line(error: &wasmtime::Error) -> String {
    let text = format!("{error:#}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
