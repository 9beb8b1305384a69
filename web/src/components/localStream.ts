/** What can be said of a camera's own address. */

/** Browsers load nothing over HTTP into a page that came over HTTPS. */
export function isMixed(url: string, pageProtocol: string): boolean {
  return pageProtocol === "https:" && /^http:/i.test(url);
}

/** Its host and port: the rest may carry a password. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "";
  }
}
