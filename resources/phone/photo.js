// Photos: taken with the phone's own camera, made small here, so that neither a thin line nor whoever looks at them gets
// more than is seen on them: the canvas drops what the camera wrote beside (EXIF: where, when, which phone).
const SIZE_MAX = 1024 * 1024, SIZE_GOOD = 400 * 1024, SIDES = [1600, 1280, 1024, 800], QUALITIES = [0.82, 0.7, 0.55];

/** Lets him take or choose a picture; resolves to the file, or to undefined. */
export function pickPicture() {
  return new Promise(resolve => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', accept: 'image/*', hidden: true });
    input.setAttribute('capture', 'environment');
    const done = file => { input.remove(); resolve(file); };
    input.addEventListener('change', () => done(input.files[0]));
    input.addEventListener('cancel', () => done(undefined));
    document.body.append(input); // some browsers forget an input that stands nowhere
    input.click();
  });
}

async function draw(image, side) {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const encode = (canvas, quality) => new Promise((resolve, reject) =>
  canvas.toBlob(blob => blob ? resolve(blob) : reject(new Error('no picture')), 'image/jpeg', quality));

/** The picture as it is sent: { picture, width, height }. Rejects when it is none. */
export async function shrink(file) {
  const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
  let best = null;
  for (const side of SIDES) {
    const canvas = await draw(image, side);
    for (const quality of QUALITIES) {
      const picture = await encode(canvas, quality);
      if (!best || picture.size < best.picture.size)
        best = { picture, width: canvas.width, height: canvas.height };
      if (picture.size <= SIZE_GOOD)
        break;
    }
    if (best.picture.size <= SIZE_GOOD)
      break;
  }
  image.close();
  if (best.picture.size > SIZE_MAX)
    throw new Error('too large');
  return best;
}

/** Its name at the store: SHA-256 of its bytes. */
export async function nameOf(picture) {
  const digest = await crypto.subtle.digest('SHA-256', await picture.arrayBuffer());
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
