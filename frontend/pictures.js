// Posters: pages name objects by key, because only config.json knows where the media bucket is.

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").Picture} Picture */

/**
 * Points every pre-rendered picture under `root` at its object.
 * @param {ParentNode} root
 * @param {Config} config
 */
export function showPictures(root, config) {
  for (const image of root.querySelectorAll("img[data-key]")) {
    if (image instanceof HTMLImageElement) point(image, config);
  }
}

/** @param {HTMLImageElement} image @param {Config} config */
function point(image, config) {
  const { key = "", srcset = "" } = image.dataset;
  image.removeAttribute("data-key");
  // The player asks for the same picture across origins: a copy that was kept without that permission would be refused.
  image.crossOrigin = "anonymous";
  image.srcset = srcset.split(", ").map((choice) => new URL(choice.split(" ")[0], config.media) + choice.slice(choice.indexOf(" "))).join(", ");
  image.src = new URL(key, config.media).href;
}

/**
 * @param {readonly Picture[]} posters at least one
 * @param {string} sizes
 */
export function posterImage(posters, sizes) {
  const light = posters.filter(({ object }) => object.endsWith(".webp")); // with a third fewer bytes
  const shown = light.length ? light : posters;
  const image = new Image(shown[0].width, shown[0].height);
  image.alt = ""; // the title stands beside it
  image.loading = "lazy";
  image.sizes = sizes;
  image.dataset.key = shown[0].object;
  image.dataset.srcset = shown.map((poster) => `${poster.object} ${poster.width}w`).join(", ");
  return image;
}
