//! The question, out of a JavaScript object. An error names the field, never its value: an
//! input may be a Cluster by mistake.

use js_sys::{Array, Object, Reflect};
use rancher_agent_version_policy::request::Requester;
use wasm_bindgen::{JsCast, JsValue};

/// What a lookup gives.
#[derive(Debug, Clone)]
pub(super) enum Lookup {
    /// The text of the answer.
    Body(String),
    /// The host's error.
    Error(String),
}

/// What is evaluated; the texts are empty if they are not given.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) objects: String,
    pub(super) old_object: String,
    pub(super) settings: String,
    pub(super) rancher: String,
    pub(super) lookups: Vec<(String, Lookup)>,
    /// Who sends the Clusters; `None` to tell it by their number.
    pub(super) requester: Option<Requester>,
}

impl Input {
    /// Reads an input.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub(super) fn read(input: &JsValue) -> Result<Self, String> {
        let mut read = Self {
            objects: String::new(),
            old_object: String::new(),
            settings: String::new(),
            rancher: String::new(),
            lookups: Vec::new(),
            requester: Some(Requester::User),
        };
        let mut has_objects = false;
        for (field, value) in fields(input).ok_or("the input is not an object")? {
            let text = || {
                value
                    .as_string()
                    .ok_or_else(|| format!("`{field}` is not a string"))
            };
            match field.as_str() {
                "objects" => {
                    read.objects = text()?;
                    has_objects = true;
                }
                "oldObject" => read.old_object = text()?,
                "settings" => read.settings = text()?,
                "rancher" => read.rancher = text()?,
                "lookups" => read.lookups = lookups(&value).ok_or(LOOKUPS)?,
                "requester" => read.requester = requester(&value).ok_or(REQUESTERS)?,
                _ => return Err(FIELDS.to_owned()),
            }
        }
        if !has_objects {
            return Err("`objects` is missing".to_owned());
        }
        Ok(read)
    }
}

const FIELDS: &str = "the input has an unknown field; allowed are `objects`, `oldObject`, `settings`, `rancher`, `lookups`, `requester`";
const LOOKUPS: &str = "`lookups` must hold `{ body: text }` or `{ error: text }` for each name";
const REQUESTERS: &str =
    "`requester` must be one of `auto`, `user`, `service-account`, `audit-scanner`";

fn requester(value: &JsValue) -> Option<Option<Requester>> {
    match value.as_string()?.as_str() {
        "auto" => Some(None),
        name => name.parse().ok().map(Some),
    }
}

fn lookups(value: &JsValue) -> Option<Vec<(String, Lookup)>> {
    let mut lookups = Vec::new();
    for (name, value) in fields(value)? {
        let lookup = match fields(&value)?.as_slice() {
            [(field, body)] if field == "body" => Lookup::Body(body.as_string()?),
            [(field, error)] if field == "error" => Lookup::Error(error.as_string()?),
            _ => return None,
        };
        lookups.push((name, lookup));
    }
    Some(lookups)
}

/// The fields of an object that are given; `None` if it is not an object.
fn fields(value: &JsValue) -> Option<Vec<(String, JsValue)>> {
    // Of any realm, with or without a prototype.
    if !value.is_object() || Array::is_array(value) {
        return None;
    }
    let object = value.unchecked_ref::<Object>();
    let mut fields = Vec::new();
    for key in Object::keys(object).iter() {
        let value = Reflect::get(object, &key).ok()?;
        if !value.is_undefined() {
            fields.push((key.as_string()?, value));
        }
    }
    Some(fields)
}
