/** No side of a photo is longer, in pixels: enough to recognise a face by, and small to keep. */
const LONGEST = 512;

/** A picture as a small JPEG: scaled down and turned upright, without what a camera writes beside it, such as
 *  the place. Throws for what is no picture. */
export async function scaled(picture: Blob): Promise<number[]> {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  // A JPEG has no transparency: what is see-through would turn black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  if (!small) throw new Error("no picture");
  return [...new Uint8Array(await small.arrayBuffer())];
}
