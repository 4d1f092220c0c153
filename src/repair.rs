//! The edit of the raw object that hands the agent image back to Rancher, as
//! Rancher's own migration does (rancher/rancher `pkg/rancher/migrations.go`,
//! `migrateImportedClusterFields`).
//!
//! Values that are not edited keep their JSON text, so that the patch which
//! the host computes touches nothing else.

use serde_json::value::{RawValue, to_raw_value};

use crate::cluster::{DesiredField, SPEC};
use crate::json::Entries;
use crate::request::Request;

/// The object of the request with these fields of its `spec` set to `""`.
/// `None` if there is no such object.
#[must_use]
pub fn cleared(request: &Request<'_>, fields: &[DesiredField]) -> Option<Box<RawValue>> {
    let mut object = request.raw_object("object")?;
    let mut spec = Entries::read(object.get(SPEC)?.get())?;
    let empty = to_raw_value("").ok()?;
    for (key, value) in &mut spec.0 {
        if fields.iter().any(|field| field.key() == key) {
            *value = &empty;
        }
    }
    let spec = to_raw_value(&spec).ok()?;
    for (key, value) in &mut object.0 {
        if key == SPEC {
            *value = &spec;
        }
    }
    to_raw_value(&object).ok()
}
