import type { Delivery } from "../client/messages";
import { Icon } from "./Icon";
import { qualityWords } from "./wording";

/** Says why the picture is not as good as it could be; nothing while it is. */
export function QualityNote({ delivery }: { readonly delivery: Delivery | null }) {
  if (delivery === null || delivery.quality === "high") return null;
  return (
    <p className="quality-note" data-testid="quality-note" data-quality={delivery.quality}>
      <Icon name="alert" size={16} />
      {qualityWords(delivery)}
    </p>
  );
}
