import { useCallback, useState } from "react";
import { useCameras, useSignaling } from "../hooks/usePeerlens";
import { CameraCard } from "./CameraCard";
import { Notice } from "./Notice";

/** More live pictures at once than this cost a phone more than they tell anybody. */
const MAX_LIVE = 9;

export function CameraGrid() {
  const cameras = useCameras();
  const signaling = useSignaling();
  const [inView, setInView] = useState<ReadonlySet<string>>(new Set());
  const noteInView = useCallback((id: string, isInView: boolean) => {
    setInView((before) => {
      if (before.has(id) === isInView) return before;
      const after = new Set(before);
      if (isInView) after.add(id);
      else after.delete(id);
      return after;
    });
  }, []);
  if (cameras === null) {
    const isLost = signaling.closeCode !== null;
    return (
      <main className="page">
        <h1 className="unseen">Cameras</h1>
        <Notice
          icon={isLost ? "cloud-off" : "spinner"}
          title={isLost ? "Server unreachable" : "Connecting…"}
          next={isLost ? "Trying again…" : "Asking the server for its cameras."}
        />
      </main>
    );
  }
  if (cameras.length === 0) {
    return (
      <main className="page">
        <h1 className="unseen">Cameras</h1>
        <Notice
          icon="camera"
          title="No cameras yet"
          next="Cameras appear here by themselves as soon as a gateway brings them."
        >
          <p className="notice-next">
            If none does, look at what <code>/readyz</code> answers, at the gateway’s log, and at the
            cameras in its configuration.
          </p>
        </Notice>
      </main>
    );
  }
  const active = new Set(cameras.map(({ id }) => id).filter((id) => inView.has(id)).slice(0, MAX_LIVE));
  return (
    <main
      className="page grid-page"
      data-testid="camera-grid"
      data-count={Math.min(cameras.length, 5)}
    >
      <div className="page-head">
        <h1 tabIndex={-1}>Cameras</h1>
        <p className="count">{cameras.length}</p>
      </div>
      <div className="grid">
        {cameras.map((info) => (
          <CameraCard key={info.id} info={info} isActive={active.has(info.id)} onInView={noteInView} />
        ))}
      </div>
    </main>
  );
}
