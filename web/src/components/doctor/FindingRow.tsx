import type { Finding, Level } from "../../client/doctor/finding";
import { Icon, type IconName } from "../Icon";

const ICONS: Readonly<Record<Level, IconName>> = {
  ok: "check",
  note: "info",
  warning: "alert",
  problem: "alert",
};
const SPOKEN: Readonly<Record<Level, string>> = {
  ok: "Fine: ",
  note: "Note: ",
  warning: "Warning: ",
  problem: "Problem: ",
};

export function FindingRow({ finding }: { readonly finding: Finding }) {
  const { id, level, what, why } = finding;
  return (
    <li className="finding" data-testid="finding" data-id={id} data-level={level}>
      <span className="finding-icon">
        <Icon name={ICONS[level]} size={18} />
      </span>
      <div>
        <p className="finding-what">
          <span className="unseen">{SPOKEN[level]}</span>
          {what}
        </p>
        {why !== "" && <p className="finding-why">{why}.</p>}
        {finding.do !== "" && <p className="finding-do">{finding.do}.</p>}
      </div>
    </li>
  );
}
