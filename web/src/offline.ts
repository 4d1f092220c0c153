/** Lets the page work offline: `ready` is called when all of it is stored. */
export async function storeOffline(ready: () => void): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register("./sw.js");
    await navigator.serviceWorker.ready;
    ready();
    // Left to itself the browser looks for a new version when it finds the time.
    await registration.update();
  } catch {
    // Without it the page works, as long as there is a network.
  }
}
