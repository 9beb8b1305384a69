import { useEffect, useRef } from "react";
import { usePeerlens, useSignaling } from "../hooks/usePeerlens";
import { useRoute } from "../hooks/useRouter";
import { CameraGrid } from "./CameraGrid";
import { CameraPage } from "./CameraPage";
import { DrivePage } from "./drive/DrivePage";
import { DoctorPage } from "./doctor/DoctorPage";
import { EventsPage } from "./events/EventsPage";
import { Header } from "./Header";
import { Link } from "./Link";
import { Notice } from "./Notice";
import { TokenPrompt } from "./TokenPrompt";
import { refusalWords } from "./wording";

export function App() {
  const { state } = useSignaling();
  return (
    <div className="app" data-testid="app" data-signaling={state === "idle" ? "connecting" : state}>
      <Header />
      <Page />
    </div>
  );
}

function Page() {
  const route = useRoute();
  const status = useSignaling();
  const peerlens = usePeerlens();
  const shown = useRef(route);
  useEffect(() => {
    if (!("id" in route)) document.title = "Peerlens";
    if (shown.current === route) return;
    shown.current = route;
    // As when a page is loaded: begin at the top, and with its heading for those who listen.
    window.scrollTo(0, 0);
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [route]);
  // Also for whoever is not let in.
  if (route.page === "doctor") return <DoctorPage />;
  if (status.state === "refused") {
    if (status.closeCode === 4401 || status.closeCode === 4403) {
      return <TokenPrompt isRetry={peerlens.hasToken} />;
    }
    return (
      <main className="page">
        <Notice {...refusalWords(status)}>
          <button
            type="button"
            className="button primary"
            onClick={() => {
              window.location.reload();
            }}
          >
            Reload
          </button>
        </Notice>
      </main>
    );
  }
  if (route.page === "camera") return <CameraPage key={route.id} id={route.id} />;
  if (route.page === "drive") return <DrivePage key={route.id} id={route.id} />;
  if (route.page === "events") return <EventsPage />;
  if (route.page === "grid") return <CameraGrid />;
  return (
    <main className="page">
      <Notice icon="alert" title="Page not found" next="There is nothing at this address.">
        <Link to={{ page: "grid" }} className="button primary">
          All cameras
        </Link>
      </Notice>
    </main>
  );
}
