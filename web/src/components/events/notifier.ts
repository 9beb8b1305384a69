import type { Notifier } from "../../client/timeline/alerts";
import type { EventArchive } from "../../client/timeline/eventArchive";
import type { EventInfo } from "../../client/messages";
import { noticeOf } from "./wording";

/** The browser's own notifications. `open` is called when a person chooses one. */
export function browserNotifier(
  archive: EventArchive,
  nameOf: (camera: string) => string,
  open: (event: EventInfo) => void,
): Notifier {
  const show = (event: EventInfo, picture: Blob | null) => {
    const { title, body } = noticeOf(event, nameOf(event.camera));
    const icon = picture === null ? null : URL.createObjectURL(picture);
    // One tag for all the tabs that tell of it: it is shown once.
    const notice = new Notification(title, { body, tag: event.id, ...(icon === null ? {} : { icon }) });
    notice.onclick = () => {
      window.focus();
      notice.close();
      open(event);
    };
    if (icon === null) return;
    setTimeout(() => {
      URL.revokeObjectURL(icon);
    }, 60_000);
  };
  return {
    permission: () => ("Notification" in window ? Notification.permission : null),
    request: () => Notification.requestPermission(),
    show: (event) => {
      if (event === null) {
        new Notification("Peerlens", { body: "You will be told here when something moves." });
        return;
      }
      const picture = event.snapshot ? archive.file(event.id, "thumbnail.jpg") : Promise.reject(new Error());
      picture.then(
        (blob) => {
          show(event, blob);
        },
        () => {
          show(event, null);
        },
      );
    },
  };
}
