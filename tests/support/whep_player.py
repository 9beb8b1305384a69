"""A standard WHEP player in a browser: no script of the page's, relayed addresses only."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

DEADLINE_MS = 15_000

# Takes the servers from the Link headers, as a player does, and tells how the video came.
_PLAY = """async ({url, token, deadline}) => {
  const headers = {Authorization: `Bearer ${token}`};
  const late = (what) => new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`waited in vain for ${what}`)), deadline));
  const options = await fetch(url, {method: 'OPTIONS', headers});
  const iceServers = (options.headers.get('Link') || '').split(/,\\s*(?=<)/).map((link) => {
    const attribute = (name) => link.match(new RegExp(`${name}="([^"]*)"`))?.[1];
    return {urls: link.match(/<([^>]*)>/)[1], username: attribute('username') || '',
            credential: attribute('credential') || ''};
  }).map((server) => server.username ? server : {urls: server.urls});
  const started = performance.now();
  const connection = new RTCPeerConnection({iceServers, iceTransportPolicy: 'relay'});
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  connection.ontrack = ({track}) => { video.srcObject = new MediaStream([track]); video.play(); };
  connection.addTransceiver('video', {direction: 'recvonly'});
  const first = new Promise((resolve) => {
    connection.onicecandidate = ({candidate}) => { if (candidate) resolve(); };
  });
  await connection.setLocalDescription(await connection.createOffer());
  await Promise.race([first, late('a relayed candidate')]);
  const pending = [];
  let patch = (candidate) => pending.push(candidate);
  connection.onicecandidate = ({candidate}) => { if (candidate) patch(candidate); };
  const answer = await fetch(url, {method: 'POST', body: connection.localDescription.sdp,
    headers: {...headers, 'Content-Type': 'application/sdp'}});
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  const resource = answer.headers.get('Location');
  patch = ({candidate, sdpMid}) => fetch(resource, {method: 'PATCH',
    body: `m=video 9 X 0\\r\\na=mid:${sdpMid}\\r\\na=${candidate}\\r\\n`,
    headers: {...headers, 'Content-Type': 'application/trickle-ice-sdpfrag'}});
  pending.forEach((candidate) => patch(candidate));
  await connection.setRemoteDescription({type: 'answer', sdp: await answer.text()});
  await Promise.race([shown, late('a picture')]);
  const tookMs = performance.now() - started;
  // Statistics are up to 50 ms old.
  const selected = async () => {
    while (true) {
      const stats = await connection.getStats();
      const transport = [...stats.values()].find((entry) => entry.type === 'transport');
      const pair = stats.get(transport?.selectedCandidatePairId);
      if (pair) return {stats, pair};
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const {stats, pair} = await Promise.race([selected(), late('a selected pair')]);
  const local = stats.get(pair.localCandidateId);
  const remote = stats.get(pair.remoteCandidateId);
  window.leave = async () => {
    connection.close();
    await fetch(resource, {method: 'DELETE', headers});
  };
  return {tookMs, local: local.candidateType, remote: remote.candidateType,
          over: local.relayProtocol};
}"""


@dataclass(frozen=True)
class Played:
    """How the video came: kinds of candidates, and what the browser reached TURN over."""

    took_ms: float
    local: str
    remote: str
    over: str


async def play(page: Page, url: str, token: str) -> Played:
    """Watch the WHEP resource at ``url``; return when the first picture is on screen."""
    told: dict[str, Any] = await page.evaluate(
        _PLAY, {"url": url, "token": token, "deadline": DEADLINE_MS}
    )
    return Played(told["tookMs"], told["local"], told["remote"], told["over"])
