const { WebSocketServer } = require('ws');
const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true, handleProtocols: p => p.has('chat') ? 'chat' : false });
wss.on('listening', () => console.log(wss.address().port));
wss.on('connection', ws => {
  ws.on('message', (m, bin) => {
    const t = m.toString();
    if (t === 'frag') { ws.send('one', { fin: false }); ws.ping('p'); ws.send('two', { fin: true }); return; }
    if (t === 'close') { ws.close(4001, 'why'); return; }
    if (t === 'good') { ws.close(); return; }
    if (t === 'die') { ws.terminate(); return; }
    if (t === 'big') { ws.send('x'.repeat(3 << 20)); return; }
    ws.send(m, { binary: bin });
  });
  ws.on('error', () => {});
});
