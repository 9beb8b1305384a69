/** Puts `text` on the clipboard; says whether that worked. */
export async function copyText(text: string): Promise<boolean> {
  // The clipboard of browsers is there on secure pages only.
  if ("clipboard" in navigator) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed, or the page has not the focus: the old way may still do.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- plain-HTTP pages have no other.
    return document.execCommand("copy");
  } finally {
    area.remove();
  }
}
