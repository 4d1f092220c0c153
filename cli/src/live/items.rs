//! A Cluster and a Setting as kube lists and watches them: the few fields that the command
//! reads from files, and what a watch needs to go on.

use std::borrow::Cow;
use std::sync::Arc;

use kube::api::ObjectMeta;
use kube::core::ClusterResourceScope;
use rancher_agent_version_policy::cluster::{GROUP, KIND};
use rancher_agent_version_policy::setting::Fact;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::input::Object;
use crate::listed::Listed;

/// A Cluster.
#[derive(Debug, Clone)]
pub(super) struct ClusterItem {
    meta: ObjectMeta,
    object: Object,
}

/// A Setting: its effective value.
#[derive(Debug, Clone)]
pub(super) struct SettingItem {
    meta: ObjectMeta,
    pub(super) value: Fact,
}

impl ClusterItem {
    /// The cluster, with the source that it is said to come from.
    pub(super) fn listed(self, source: &Arc<str>) -> Listed {
        self.object.into_listed(Arc::clone(source))
    }

    pub(super) fn name(&self) -> &str {
        self.object.name()
    }
}

impl<'de> Deserialize<'de> for ClusterItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Object::deserialize(deserializer)?;
        // Items of a list need not repeat it.
        if object.kind.as_deref().is_some_and(|kind| kind != KIND) {
            return Err(D::Error::custom("the kind of an object is another"));
        }
        let meta = meta(&object);
        Ok(Self { meta, object })
    }
}

impl<'de> Deserialize<'de> for SettingItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Object::deserialize(deserializer)?;
        Ok(Self {
            meta: meta(&object),
            value: Fact::effective(object.value, object.default),
        })
    }
}

/// What a watch goes on from.
fn meta(object: &Object) -> ObjectMeta {
    let version = object.listed.cluster.resource_version();
    ObjectMeta {
        name: Some(object.name().to_owned()),
        resource_version: (!version.is_empty()).then(|| version.to_owned()),
        ..ObjectMeta::default()
    }
}

/// A kind of Rancher's, without a namespace.
macro_rules! resource {
    ($type:ty, $kind:literal, $plural:literal) => {
        impl kube::Resource for $type {
            type DynamicType = ();
            type Scope = ClusterResourceScope;

            fn kind((): &()) -> Cow<'_, str> {
                $kind.into()
            }

            fn group((): &()) -> Cow<'_, str> {
                GROUP.into()
            }

            fn version((): &()) -> Cow<'_, str> {
                "v3".into()
            }

            fn plural((): &()) -> Cow<'_, str> {
                $plural.into()
            }

            fn meta(&self) -> &ObjectMeta {
                &self.meta
            }

            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.meta
            }
        }
    };
}

resource!(ClusterItem, "Cluster", "clusters");
resource!(SettingItem, "Setting", "settings");
