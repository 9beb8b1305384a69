import { useEffect, useState } from "react";
import { Checkup, type CheckupView, type Surroundings } from "../../client/doctor/checkup";
import { areaOf, worst, type Finding, type Level } from "../../client/doctor/finding";
import { reportJson } from "../../client/doctor/report";
import { useObservable } from "../../hooks/useObservable";
import { usePeerlens } from "../../hooks/usePeerlens";
import type { Peerlens } from "../../client/peerlens";
import { Icon, type IconName } from "../Icon";
import { Link } from "../Link";
import { copyText } from "./copyText";
import { FindingRow } from "./FindingRow";
import { PARTS, summary, verdict } from "./wording";

/** Looks at the way from this browser to the cameras, and says what is wrong with it. */
export function DoctorPage() {
  const peerlens = usePeerlens();
  const [checkup, setCheckup] = useState(() => new Checkup(surroundings(peerlens)));
  useEffect(() => {
    document.title = "Connection check · Peerlens";
  }, []);
  useEffect(() => {
    // Effects may run twice: what is taken back at once has not begun, and can begin again.
    let began = false;
    const timer = setTimeout(() => {
      began = true;
      void checkup.run();
    });
    return () => {
      clearTimeout(timer);
      if (began) checkup.stop();
    };
  }, [checkup]);
  const view = useObservable(checkup.view);
  const level = worst(view.findings);
  const isDone = view.looking === null;
  return (
    <main
      className="page doctor-page"
      data-testid="doctor-page"
      data-state={isDone ? "done" : "running"}
      data-worst={level}
    >
      <div className="page-head">
        <Link to={{ page: "grid" }} className="button icon-button" label="Back to all cameras">
          <Icon name="back" />
        </Link>
        <h1 tabIndex={-1}>Connection check</h1>
      </div>
      <Verdict view={view} level={level} />
      <Parts findings={view.findings} />
      <div className="doctor-actions">
        <CopyButton findings={view.findings} isReady={isDone} />
        <button
          type="button"
          className="button"
          disabled={!isDone}
          onClick={() => {
            setCheckup(new Checkup(surroundings(peerlens)));
          }}
        >
          <Icon name="refresh" />
          Check again
        </button>
      </div>
      <p className="doctor-note">
        This is what the browser sees. On the server, <code>peerlens doctor</code> looks from there: at
        the cameras, the ports and the relay.
      </p>
    </main>
  );
}

const VERDICT_ICONS: Readonly<Record<Level, IconName>> = {
  ok: "check",
  note: "check",
  warning: "alert",
  problem: "alert",
};

function Verdict({ view, level }: { readonly view: CheckupView; readonly level: Level }) {
  const { looking, findings } = view;
  return (
    <section className="doctor-verdict" data-level={looking === null ? level : "running"} role="status">
      <span className="doctor-verdict-icon">
        <Icon name={looking === null ? VERDICT_ICONS[level] : "spinner"} size={26} />
      </span>
      <div>
        <p className="doctor-verdict-title">{looking === null ? verdict(level) : "Checking…"}</p>
        <p className="doctor-verdict-next">{looking === null ? summary(findings) : `${looking}…`}</p>
      </div>
    </section>
  );
}

function Parts({ findings }: { readonly findings: readonly Finding[] }) {
  const parts = PARTS.map(
    ([name, areas]) => [name, findings.filter((each) => areas.includes(areaOf(each)))] as const,
  ).filter(([, found]) => found.length > 0);
  return parts.map(([name, found]) => (
    <section className="doctor-part" key={name}>
      <h2>{name}</h2>
      <ul>
        {found.map((each, index) => (
          <FindingRow key={index} finding={each} />
        ))}
      </ul>
    </section>
  ));
}

interface CopyButtonProps {
  readonly findings: readonly Finding[];
  readonly isReady: boolean;
}

function CopyButton({ findings, isReady }: CopyButtonProps) {
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => {
      setSaid(null);
    }, 2_500);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  const copy = async () => {
    const { userAgent } = navigator;
    const context = { pageUrl: window.location.href, userAgent, atMs: Date.now() };
    setSaid((await copyText(reportJson(findings, context))) ? "copied" : "failed");
  };
  const words = { copied: "Copied", failed: "Copying is not allowed here" };
  return (
    <button
      type="button"
      className="button primary"
      data-testid="copy-report"
      disabled={!isReady}
      onClick={() => void copy()}
    >
      <Icon name={said === "copied" ? "check" : "copy"} />
      <span aria-live="polite">{said === null ? "Copy report" : words[said]}</span>
    </button>
  );
}

function surroundings({ parts }: Peerlens): Surroundings {
  const codecs =
    "RTCRtpReceiver" in window ? (RTCRtpReceiver.getCapabilities("video")?.codecs ?? []) : [];
  return {
    endpoints: parts.endpoints,
    token: () => parts.tokens.token,
    createSocket: parts.createSocket,
    createPeerConnection: parts.createPeerConnection,
    fetch: parts.fetch,
    page: {
      codecs: codecs.map(({ mimeType }) => mimeType),
      pageUrl: window.location.href,
      isSecureContext: window.isSecureContext,
    },
  };
}
