/** Gives `content` to the person as a file. */
export function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read the address by then; it only has to outlive the click.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
