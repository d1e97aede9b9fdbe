async function answer(response) {
  const type = response.headers.get('content-type') || '';
  const body = type.includes('json') ? await response.json() : null;
  if (!response.ok) throw new Error((body && body.error) || `the service answered ${response.status}`);
  return body;
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Error('the service does not answer: is it still running?');
  }
  return answer(response);
}

export const get = (path, parameters = {}, signal) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, v]) => v !== undefined && v !== ''));
  return call(`/api/${path}${query.size ? `?${query}` : ''}`, { signal });
};
export const searchByPicture = (blob, signal) =>
  call('/api/search', { method: 'POST', body: blob, headers: { 'Content-Type': 'application/octet-stream' }, signal });
export const pictureOf = (id) => `/api/picture?id=${encodeURIComponent(id)}`;
