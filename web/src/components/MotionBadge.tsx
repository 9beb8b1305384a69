import type { MotionView } from "../client/motion";
import { Icon } from "./Icon";

export function MotionBadge({ motion }: { readonly motion: MotionView | null }) {
  if (motion?.isActive !== true) return null;
  return (
    <span
      className="badge"
      data-state="motion"
      data-level={motion.level}
      data-testid="motion-badge"
      title={`${motion.percent.toFixed(1)} % of the picture`}
    >
      <Icon name="motion" size={14} />
      Motion {motion.level.toLowerCase()}
    </span>
  );
}
