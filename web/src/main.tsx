import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { endpoints } from "./client/config";
import { SettingsStore } from "./client/drive/settings";
import { Peerlens } from "./client/peerlens";
import { Alerts } from "./client/timeline/alerts";
import { TokenStore } from "./client/token";
import { App } from "./components/App";
import { browserNotifier } from "./components/events/notifier";
import { cameraName } from "./components/events/wording";
import { AlertsContext } from "./hooks/useAlerts";
import { DriveSettingsContext } from "./hooks/useDriveSettings";
import { PeerlensContext } from "./hooks/usePeerlens";
import { RouterContext } from "./hooks/useRouter";
import { Router } from "./router";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/stage.css";
import "./styles/camera.css";
import "./styles/details.css";
import "./styles/doctor.css";
import "./styles/drive.css";
import "./styles/events.css";
import "./styles/thumbs.css";
import "./styles/zones.css";

const tokens = new TokenStore(storage());
const driveSettings = new SettingsStore(storage());
takeToken();

const peerlens = new Peerlens({
  endpoints: endpoints(window.PEERLENS, window.location.href),
  tokens,
  mode: new URLSearchParams(window.location.search).has("whep") ? "whep" : "signaling",
  createSocket: (url) => new WebSocket(url),
  createPeerConnection:
    "RTCPeerConnection" in window
      ? (configuration) => new RTCPeerConnection(configuration)
      : null,
  fetch: window.fetch.bind(window),
});

const router = new Router(window);
const alerts = new Alerts({
  changes: peerlens.changes,
  nowMs: () => peerlens.http.serverNowMs,
  isSeen: (camera) => !document.hidden && peerlens.isHeld(camera),
  notifier: browserNotifier(
    peerlens.archive,
    (camera) => cameraName(camera, peerlens.cameras.value),
    ({ camera }) => {
      router.go({ page: "camera", id: camera });
    },
  ),
  storage: storage(),
});

window.addEventListener("hashchange", () => {
  if (takeToken()) peerlens.signaling.restart();
});
window.addEventListener("online", () => {
  peerlens.nudge();
});
// Only some browsers tell that the network is another one now.
(navigator as { readonly connection?: EventTarget }).connection?.addEventListener("change", () => {
  peerlens.nudge();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) peerlens.nudge();
});
window.addEventListener("pagehide", () => {
  peerlens.pause();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) peerlens.resume();
});
peerlens.start();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <PeerlensContext value={peerlens}>
      <RouterContext value={router}>
        <DriveSettingsContext value={driveSettings}>
          <AlertsContext value={alerts}>
            <App />
          </AlertsContext>
        </DriveSettingsContext>
      </RouterContext>
    </PeerlensContext>
  </StrictMode>,
);

function takeToken(): boolean {
  return tokens.takeFrom({
    href: window.location.href,
    replace: (href) => {
      window.history.replaceState(window.history.state, "", href);
    },
  });
}

/** Browsers that refuse storage throw already when it is named. */
function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
