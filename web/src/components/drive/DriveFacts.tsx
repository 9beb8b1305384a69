import type { DriveView } from "../../client/drive/view";
import type { Path } from "../../client/path";
import { milliseconds, UNKNOWN } from "../format";
import { shortPathName } from "../pathWording";
import { minutes, type Tone } from "./wording";

interface DriveFactsProps {
  readonly view: DriveView;
  readonly path: Path | null;
}

type Fact = readonly [key: string, label: string, value: string, tone?: Tone];

/** The numbers that a driver has an eye on. */
export function DriveFacts({ view, path }: DriveFactsProps) {
  const { car, health, videoAgeMs, leftMs } = view;
  const facts: Fact[] = [
    ["rtt", "Control", whole(view.roundTripMs), toneAbove(view.roundTripMs, 150, 300)],
    [
      "video",
      "Video",
      whole(videoAgeMs),
      toneAbove(videoAgeMs, car?.slowAboveMs ?? Infinity, car?.refuseAboveMs ?? Infinity),
    ],
    ["path", "Path", shortPathName(path)],
  ];
  if (view.you === "driving") {
    const { batteryPercent = null, batteryV = null, rssiDbm = null } = health ?? {};
    const battery = batteryPercent === null ? null : 100 - batteryPercent;
    facts.push(
      ["battery", "Battery", batteryName(batteryPercent, batteryV), toneAbove(battery, 75, 90)],
      [
        "signal",
        "Signal",
        rssiDbm === null ? UNKNOWN : `${rssiDbm.toFixed(0)} dBm`,
        toneAbove(rssiDbm === null ? null : -rssiDbm, 72, 82),
      ],
    );
  }
  if (leftMs !== null) {
    facts.push(["left", "Time left", minutes(leftMs), leftMs < 30_000 ? "warn" : "off"]);
  }
  if (car !== null && car.queue > 0) facts.push(["queue", "Waiting", String(car.queue)]);
  return (
    <dl className="drive-facts" data-testid="drive-facts">
      {facts.map(([key, label, value, tone = "off"]) => (
        <div key={key} data-fact={key} data-tone={tone}>
          <dt>{label}</dt>
          <dd data-known={value !== UNKNOWN}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function whole(value: number | null): string {
  return value === null ? UNKNOWN : milliseconds(value < 10 ? value : Math.round(value));
}

function batteryName(percent: number | null, volts: number | null): string {
  if (percent !== null) return `${percent.toFixed(0)} %`;
  return volts === null ? UNKNOWN : `${volts.toFixed(1)} V`;
}

function toneAbove(value: number | null, warn: number, bad: number): Tone {
  if (value === null) return "off";
  if (value > bad) return "bad";
  return value > warn ? "warn" : "off";
}
