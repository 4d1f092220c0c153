//! The engines that policies run in, and what they are linked with.

use std::num::NonZero;
use std::thread;

use wasmtime::{
    Config, Engine, ExternType, InstanceAllocationStrategy, InstancePre, Linker, Module,
    PoolingAllocationConfig, Result, bail,
};

use crate::host::guest::Guest;
use crate::host::{wapc, wasi};

/// How the instances of a policy are made and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Instances {
    /// Out of a pool that wipes their memory: the fastest where there are many.
    #[default]
    Pooled,
    /// Each with new memory of the operating system, as policy-server makes them
    /// (kubewarden-controller `crates/policy-server/src/lib.rs`: an engine of the
    /// default configuration, and epochs to interrupt a guest).
    OnDemand,
    /// As `OnDemand`, with their fuel counted: a unit for nearly every instruction of
    /// WebAssembly, and so the same on every machine.
    Metered,
    /// As `Pooled`, with their fuel counted.
    MeteredPooled,
}

impl Instances {
    /// Whether fuel is counted.
    pub(crate) fn are_metered(self) -> bool {
        matches!(self, Self::Metered | Self::MeteredPooled)
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

/// An engine for such instances.
pub(crate) fn engine(instances: Instances) -> Result<Engine> {
    let mut config = Config::new();
    config.consume_fuel(instances.are_metered());
    match instances {
        Instances::Pooled | Instances::MeteredPooled => pooled(config),
        Instances::OnDemand => Engine::new(config.epoch_interruption(true)),
        Instances::Metered => Engine::new(&config),
    }
}

/// An engine that takes the memory of its instances from a pool, which wipes it in
/// between: 10,000 clusters on several cores would else wait for the operating
/// system most of the time. Where the address space is too small for a pool, each
/// instance gets memory of its own.
fn pooled(config: Config) -> Result<Engine> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let instances = cores.saturating_mul(INSTANCES_PER_CORE).try_into();
    let instances = instances.unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(instances);
    pool.total_memories(instances);
    pool.total_tables(instances);
    pool.linear_memory_keep_resident(KEPT_RESIDENT);
    pool.table_keep_resident(KEPT_RESIDENT);
    let mut pooled = config.clone();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let mut small = config;
    small.memory_reservation(SMALL_RESERVATION);
    small.memory_guard_size(0);
    Engine::new(&pooled).or_else(|_| Engine::new(&small))
}

/// Links a module with what this host offers. Other functions of the same two
/// interfaces stop the guest when it calls them; other imports are an error.
pub(crate) fn link(module: &Module) -> Result<InstancePre<Guest>> {
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
