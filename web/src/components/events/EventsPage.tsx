import { useState } from "react";
import { useCameras } from "../../hooks/usePeerlens";
import { Icon } from "../Icon";
import { Link } from "../Link";
import { AlertSwitch } from "./AlertSwitch";
import { Events } from "./Events";

/** The events of all cameras, or of one of them. */
export function EventsPage() {
  const cameras = useCameras() ?? [];
  const [camera, setCamera] = useState<string | null>(null);
  return (
    <main className="page events-page" data-testid="events-page">
      <div className="page-head">
        <Link to={{ page: "grid" }} className="button icon-button" label="Back to all cameras">
          <Icon name="back" />
        </Link>
        <h1 tabIndex={-1}>Events</h1>
        <div className="page-tools">
          {cameras.length > 1 && (
            <select
              className="choice"
              aria-label="Camera"
              data-testid="filter-camera"
              value={camera ?? ""}
              onChange={({ target }) => {
                setCamera(target.value === "" ? null : target.value);
              }}
            >
              <option value="">All cameras</option>
              {cameras.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
          <AlertSwitch />
        </div>
      </div>
      <Events camera={camera} />
    </main>
  );
}
