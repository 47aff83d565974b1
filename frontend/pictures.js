// Posters: pages name objects by key, because only config.json knows where the media bucket is.

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").Manifest} Manifest */
/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").Playable} Playable */

/**
 * Points every pre-rendered picture under `root` at its object.
 * @param {ParentNode} root
 * @param {Config} config
 */
export function showPictures(root, config) {
  for (const picture of root.querySelectorAll("picture[data-light]")) {
    if (picture instanceof HTMLPictureElement) lighten(picture, config);
  }
  for (const image of root.querySelectorAll("img[data-key]")) {
    if (image instanceof HTMLImageElement) point(image, config);
  }
}

/** @param {HTMLImageElement} image @param {Config} config */
function point(image, config) {
  const { key = "", srcset = "", sizes = "" } = image.dataset;
  image.removeAttribute("data-key");
  // The player asks for the same picture across origins: a copy that was kept without that permission would be refused.
  image.crossOrigin = "anonymous";
  image.sizes = sizes;
  image.srcset = addresses(srcset, config);
  image.src = new URL(key, config.media).href;
}

/** Offers a picture in AVIF, which has a fifth fewer bytes, to browsers that read it. @param {HTMLPictureElement} picture @param {Config} config */
function lighten(picture, config) {
  const { light = "" } = picture.dataset;
  picture.removeAttribute("data-light");
  const sizes = picture.querySelector("img")?.dataset.sizes ?? "";
  picture.prepend(Object.assign(document.createElement("source"), { type: "image/avif", sizes, srcset: addresses(light, config) }));
}

/** Makes a list of keys one of addresses. @param {string} srcset @param {Config} config */
function addresses(srcset, config) {
  return srcset.split(", ").map((choice) => new URL(choice.split(" ")[0], config.media) + choice.slice(choice.indexOf(" "))).join(", ");
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
  image.dataset.sizes = sizes;
  image.dataset.key = shown[0].object;
  image.dataset.srcset = choices(shown);
  return image;
}

/** @param {readonly Picture[]} pictures */
function choices(pictures) {
  return pictures.map(({ object, width }) => `${object} ${width}w`).join(", ");
}

/**
 * Shows an image that is there for its own sake, unless the page shows it already.
 * @param {HTMLElement} stage
 * @param {Manifest & {playable: Playable}} manifest
 * @param {Config} config
 */
export function showImage(stage, { title = "", playable }, config) {
  const { rev, posters = [] } = playable;
  if (stage.querySelector("picture")?.dataset.rev === rev) return;
  const picture = document.createElement("picture");
  picture.dataset.rev = rev;
  picture.dataset.light = choices(posters.filter(({ object }) => object.endsWith(".avif")));
  picture.append(Object.assign(posterImage(posters, "(min-width: 80rem) 80rem, 100vw"), { alt: title, loading: "eager" }));
  for (const before of stage.querySelectorAll(":scope > img, picture")) before.remove();
  stage.prepend(picture);
  showPictures(stage, config);
}
