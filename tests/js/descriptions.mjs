// Holds the gateway's descriptions against validators of other hands, and its answers against its descriptions.
//   node descriptions.mjs validate FILE...            every file is a valid OpenAPI 3.1 or AsyncAPI 3.0 document
//   node descriptions.mjs call URL CALLS.json         fetches URL, makes the calls as the document says, checks every answer
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Validator } from '@seriousme/openapi-schema-validator';

const problems = [];
const openApi = new Validator();
const [command, ...rest] = process.argv.slice(2);
if (command === 'validate') {
  for (const file of rest) {
    await validate(basename(file), readFileSync(file, 'utf8'));
  }
} else {
  await callAll(rest[0], JSON.parse(readFileSync(rest[1], 'utf8')));
}

for (const problem of problems) {
  console.error(problem);
}
process.exit(problems.length ? 1 : 0);

async function validate(name, text) {
  const document = JSON.parse(text);
  const before = problems.length;
  if (document.openapi) {
    await validateOpenApi(name, document);
  } else {
    const { Parser } = await import('@asyncapi/parser');
    const found = (await new Parser().validate(text)).filter(d => d.severity === 0);
    problems.push(...found.slice(0, 10).map(d => `${name}: ${d.path.join('/')}: ${d.message}`));
  }
  if (problems.length === before) {
    const size = Object.keys(document.paths ?? document.channels).length;
    console.log(`${name} ${document.openapi ? 'openapi' : 'asyncapi'} ${size} valid`);
  }
}

async function validateOpenApi(name, document) {
  const result = await openApi.validate(structuredClone(document));
  if (!result.valid) {
    problems.push(...[result.errors].flat().slice(0, 10).map(e => `${name}: ${e.instancePath ?? ''} ${e.message ?? e}`));
  }

  // What the document's own schema does not say: every reference leads somewhere, operation ids are unique,
  // parameters and paths fit, and every schema is one.
  const ids = new Set();
  for (const [path, verb, operation] of operations(document)) {
    if (ids.has(operation.operationId)) {
      problems.push(`${name}: ${operation.operationId} is there twice`);
    }
    ids.add(operation.operationId);
    const inPath = [...path.matchAll(/\{([^}]*)\}/g)].map(m => m[1]).sort();
    const declared = (operation.parameters ?? []).filter(p => p.in === 'path').map(p => p.name).sort();
    if (inPath.join() !== declared.join()) {
      problems.push(`${name}: ${verb} ${path} declares ${declared}`);
    }
    const keys = (operation.parameters ?? []).map(p => `${p.in} ${p.name}`);
    if (new Set(keys).size !== keys.length) {
      problems.push(`${name}: ${verb} ${path} declares a parameter twice`);
    }
  }
  const shapes = Object.keys(document.paths).map(p => p.replace(/\{[^}]*\}/g, '{}'));
  if (new Set(shapes).size !== shapes.length) {
    problems.push(`${name}: two paths are the same but for the names of their parameters`);
  }
  const ajv = schemasOf(document);
  for (const [pointer, schema] of allSchemas(document)) {
    try {
      ajv.compile(schema);
    } catch (e) {
      problems.push(`${name}: ${pointer}: ${e.message}`);
    }
  }
}

function* operations(document) {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [verb, operation] of Object.entries(item)) {
      yield [path, verb, operation];
    }
  }
}

function* allSchemas(document) {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    yield [name, rebase(schema)];
  }
  for (const [path, verb, operation] of operations(document)) {
    for (const parameter of operation.parameters ?? []) {
      yield [`${verb} ${path} ${parameter.name}`, rebase(parameter.schema)];
    }
    for (const content of [operation.requestBody?.content, operation.responses['200'].content, document.components.responses.Error.content]) {
      for (const [type, media] of Object.entries(content ?? {})) {
        yield [`${verb} ${path} ${type}`, rebase(media.schema ?? {})];
      }
    }
  }
}

// A schema inside a document refers to the document; compiled alone it refers to it by its id.
function rebase(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"described#/'));
}

// Strict: an object that names its members has no others, so that an answer with a field the document does not know is found out.
function closed(node) {
  if (Array.isArray(node)) {
    return node.map(closed);
  }
  if (node === null || typeof node !== 'object') {
    return node;
  }
  const copy = Object.fromEntries(Object.entries(node).map(([k, v]) => [k, k === 'default' || k === 'examples' ? v : closed(v)]));
  if (copy.type === 'object' && copy.properties && copy.additionalProperties === undefined) {
    copy.additionalProperties = false;
  }
  return copy;
}

function schemasOf(document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  addFormats(ajv);
  for (const format of ['uint32', 'uint64', 'int64']) {
    ajv.addFormat(format, true);
  }
  ajv.addSchema({ $id: 'described', components: closed(document.components) });
  return ajv;
}

// [{ operationId, path: {}, query: {}, body, accept }]
async function callAll(url, calls) {
  const answer = await fetch(url);
  const document = await answer.json();
  await validateOpenApi('served', document);
  const ajv = schemasOf(document);
  for (const call of calls) {
    const found = [...operations(document)].find(([, , o]) => o.operationId === call.operationId);
    if (!found) {
      problems.push(`${call.operationId} is not described`);
      continue;
    }
    await callOne(new URL(url), ajv, call, ...found);
  }
  const called = new Set(calls.map(c => c.operationId));
  const left = [...operations(document)].map(([, , o]) => o.operationId).filter(id => !called.has(id));
  console.log(`called ${called.size} of ${called.size + left.length}${left.length ? `, not ${left.join(' ')}` : ''}`);
}

async function callOne(base, ajv, call, path, verb, operation) {
  const query = new URLSearchParams();
  let address = path;
  for (const parameter of operation.parameters ?? []) {
    const value = (parameter.in === 'path' ? call.path : call.query)?.[parameter.name];
    if (parameter.in === 'path') {
      address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    } else if (Array.isArray(value)) {
      value.forEach(v => query.append(parameter.name, v));
    } else if (parameter.style === 'deepObject') {
      Object.entries(value ?? {}).forEach(([k, v]) => query.append(`${parameter.name}[${k}]`, v));
    } else if (value !== undefined) {
      query.append(parameter.name, value);
    }
  }
  const unknown = Object.keys({ ...call.path, ...call.query }).filter(n => !(operation.parameters ?? []).some(p => p.name === n));
  if (unknown.length) {
    problems.push(`${call.operationId}: the document has no parameter ${unknown}`);
  }

  const headers = {};
  let body;
  if (call.body !== undefined) {
    const [type, media] = Object.entries(operation.requestBody.content)[0];
    const lines = Array.isArray(call.body) && type === 'application/x-ndjson' ? call.body : [call.body];
    for (const line of lines) {
      check(ajv, media.schema ?? {}, line, `${call.operationId}: request`);
    }
    headers['Content-Type'] = type === '*/*' ? 'application/octet-stream' : type;
    body = lines.map(l => JSON.stringify(l)).join('\n');
  }
  if (call.accept) {
    headers.Accept = call.accept;
  }

  const where = `${call.operationId} ${call.accept ?? ''}`;
  const response = await fetch(new URL(`${address}${query.size ? `?${query}` : ''}`, base), { method: verb.toUpperCase(), headers, body, duplex: 'half' });
  const text = await response.text();
  const status = String(response.status);
  if (status !== (call.status ?? '200')) {
    problems.push(`${where}: ${status} ${text.slice(0, 300)}`);
    return;
  }
  const described = operation.responses[status] ?? (response.ok ? undefined : { content: ajv.getSchema('described').schema.components.responses.Error.content });
  const type = response.headers.get('content-type').split(';')[0];
  const media = described?.content[type] ?? described?.content['*/*'];
  if (!media) {
    problems.push(`${where}: ${status} ${type} is not described`);
    return;
  }
  for (const value of valuesOf(type, media, text)) {
    check(ajv, media.schema ?? {}, value, where);
  }
}

function valuesOf(type, media, text) {
  switch (type) {
    case 'application/json':
    case 'application/problem+json':
      return media['x-sequence'] ? text.trim().split('\n').map(JSON.parse) : [JSON.parse(text)];
    case 'application/x-ndjson':
      return text.trim().split('\n').map(JSON.parse);
    case 'application/json-seq':
      return text.split('\x1e').slice(1).map(JSON.parse);
    case 'text/event-stream':
      return text.split('\n\n').filter(e => e.includes('data:') && !e.includes('event:'))
        .map(e => JSON.parse(e.split('\n').filter(l => l.startsWith('data:')).map(l => l.slice(5)).join('\n')));
    default:
      return [];
  }
}

function check(ajv, schema, value, where) {
  const test = ajv.compile(closed(rebase(schema)));
  if (!test(value)) {
    problems.push(`${where}: ${ajv.errorsText(test.errors)} in ${JSON.stringify(value).slice(0, 300)}`);
  }
}
