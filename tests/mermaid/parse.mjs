// Charts on stdin, a JSON list of texts; what Mermaid's own parser makes of each on stdout: its nodes with
// the texts that they show, and its edges, or the error. It draws nothing and opens no window.
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('<!DOCTYPE html><body></body>');
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import('mermaid');
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

// A label is HTML by the time that it is shown: what a reader sees is its text, each break a new line.
function seen(label) {
  const box = window.document.createElement('div');
  const written = label.replaceAll('ﬂ°°', '&#').replaceAll('ﬂ°', '&').replaceAll('¶ß', ';');
  box.innerHTML = written.replace(/<br\s*\/?>/g, '\n');
  return { text: box.textContent, tags: [...box.querySelectorAll('*')].map((one) => one.tagName) };
}

const found = [];
for (const text of JSON.parse(Buffer.concat(chunks).toString('utf8'))) {
  try {
    await mermaid.parse(text);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const nodes = {};
    for (const [id, vertex] of db.getVertices()) nodes[id] = seen(vertex.text ?? id);
    const edges = db.getEdges().map((edge) => ({
      from: edge.start,
      to: edge.end,
      stroke: edge.stroke,
      arrow: edge.type,
      ...seen(edge.text ?? ''),
    }));
    found.push({ nodes, edges });
  } catch (error) {
    found.push({ error: String(error) });
  }
}
process.stdout.write(JSON.stringify(found));
