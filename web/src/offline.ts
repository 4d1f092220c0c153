/** Lets the page work offline: `ready` is called when all of it is stored. */
export async function storeOffline(ready: () => void): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("./sw.js");
    await navigator.serviceWorker.ready;
    ready();
  } catch {
    // Without it the page works, as long as there is a network.
  }
}
