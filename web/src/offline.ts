/** How often a page that stays open looks for a new version. */
const HOUR = 3_600_000;

interface Told {
  /** All of the page is stored. */
  ready: () => void;
  /** A new version is waiting; `load` shows it. */
  waiting: (load: () => void) => void;
}

/** Lets the page work offline, and tells of a new version. */
export async function storeOffline(told: Told): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  try {
    const registration = await serviceWorker.register("./sw.js");
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing?.addEventListener("statechange", () => {
        // Without a controller this is the first version.
        if (installing.state === "installed" && serviceWorker.controller) tell(registration, told);
      });
    });
    if (registration.waiting) tell(registration, told);
    await serviceWorker.ready;
    told.ready();
    const look = () => void registration.update().catch(() => {});
    // On its own, the browser looks only now and then.
    look();
    setInterval(look, HOUR);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") look();
    });
  } catch {
    // Without it the page works, as long as there is a network.
  }
}

function tell({ waiting }: ServiceWorkerRegistration, told: Told): void {
  told.waiting(() => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    // Another tab may have loaded it already.
    if (waiting?.state === "installed") waiting.postMessage("take over");
    else location.reload();
  });
}
