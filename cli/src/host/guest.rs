//! What the host keeps about one guest, from its first instruction to its answer.

use std::sync::Arc;

use crate::host::capability;
use crate::host::console::Console;
use crate::host::kubernetes::Kubernetes;

/// One call of a guest to its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCall {
    /// The host it wants, `kubewarden`.
    pub binding: String,
    /// The family of capabilities, such as `kubernetes`.
    pub namespace: String,
    /// The capability, such as `get_resource`.
    pub operation: String,
    /// The request, usually JSON.
    pub payload: String,
}

/// What the host keeps about one instance, from call to call.
pub(crate) struct Guest {
    pub(crate) operation: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) response: Option<Vec<u8>>,
    pub(crate) error: Option<String>,
    pub(crate) host_response: Vec<u8>,
    pub(crate) host_error: Vec<u8>,
    pub(crate) host_calls: Vec<HostCall>,
    pub(crate) console: Console,
    kubernetes: Arc<dyn Kubernetes>,
}

impl Guest {
    pub(crate) fn new(kubernetes: Arc<dyn Kubernetes>) -> Self {
        Self {
            operation: Vec::new(),
            payload: Vec::new(),
            response: None,
            error: None,
            host_response: Vec::new(),
            host_error: Vec::new(),
            host_calls: Vec::new(),
            console: Console::default(),
            kubernetes,
        }
    }

    /// Keeps what the next call is about until the guest asks for it. Nothing of an
    /// earlier call is left.
    pub(crate) fn receive(&mut self, operation: &str, payload: &[u8]) {
        self.operation = operation.as_bytes().to_vec();
        self.payload = payload.to_vec();
        (self.response, self.error) = (None, None);
        (self.host_response, self.host_error) = (Vec::new(), Vec::new());
        self.host_calls = Vec::new();
        self.console = Console::default();
    }

    /// Answers a host call and says whether it went well; the guest then fetches
    /// either the response or the error.
    pub(crate) fn host_call(&mut self, call: HostCall) -> bool {
        let answer = capability::answer(self.kubernetes.as_ref(), &call);
        self.host_calls.push(call);
        (self.host_response, self.host_error) = (Vec::new(), Vec::new());
        match answer {
            Ok(response) => self.host_response = response.into_bytes(),
            Err(error) => {
                self.host_error = error.into_bytes();
                return false;
            }
        }
        true
    }
}
