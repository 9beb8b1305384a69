// Where the signaling server is. Leave it out when the page comes from that server itself.
// signalingUrl: "wss://cameras.example.org/ws"
window.PEERLENS = {};
