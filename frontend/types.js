// The types of the documents that pages read: what `npm run types` checks the scripts against. No page loads this file.
//
// Absent fields have the default that the typed class in functions/common/model.py gives them; a test holds these types to the
// schemas that are made from those classes.

/**
 * @typedef {object} Picture A poster in one width.
 * @property {string} object
 * @property {number} width
 * @property {number} height
 */
/**
 * @typedef {object} Captions A WebVTT file for a track.
 * @property {string} object
 * @property {string} language
 * @property {string} [title]
 */
/**
 * @typedef {object} Chapter
 * @property {number} at seconds
 * @property {string} title
 */
/**
 * @typedef {object} Problem Something that was ignored, and why, in words for the owner.
 * @property {string} where
 * @property {string} message
 */
/**
 * @typedef {object} Explained A failure as people read it: what happened, and what to do.
 * @property {string} code
 * @property {string} message
 * @property {string} todo
 */
/**
 * @typedef {object} Playable What can be seen now. `complete`: nothing more will come.
 * @property {string} rev
 * @property {"video" | "image"} [kind]
 * @property {boolean} complete
 * @property {string} main the multivariant playlist; of an image its largest picture
 * @property {number} duration_s planned
 * @property {number} available_s encoded so far
 * @property {number} [width]
 * @property {number} [height]
 * @property {Picture[]} [posters]
 * @property {string} [storyboard]
 * @property {Captions[]} [captions]
 * @property {MadeFile[]} [files] whole ones
 */
/**
 * @typedef {object} MadeFile A whole file, to be downloaded.
 * @property {string} object
 * @property {"mp4" | "webm" | "mkv"} container
 * @property {number} size bytes
 * @property {string} sha512
 */
/**
 * @typedef {object} Label A tag or a channel, and the list of the videos that have it.
 * @property {string} name
 * @property {string} list
 */
/**
 * @typedef {object} Entry What the catalogue shows of one video.
 * @property {string} id
 * @property {"video" | "image"} [kind]
 * @property {string} title
 * @property {string} date
 * @property {number} duration_s
 * @property {boolean} complete
 * @property {string} words hash of what the video's own page says
 * @property {"public" | "unlisted"} [visibility]
 * @property {Picture[]} [posters]
 * @property {Label[]} [tags]
 * @property {Label} [channel]
 */
/** @typedef {"queued" | "encoding" | "ready" | "failed" | "rejected" | "deleted"} Status */
/**
 * @typedef {object} Manifest All that a page needs to show and play one video.
 * @property {string} id
 * @property {number} generation
 * @property {number} current_generation
 * @property {Status} status
 * @property {string} [rev]
 * @property {number} [receipts]
 * @property {number} [progress] 0 to 1
 * @property {Playable} [playable]
 * @property {Entry} [entry]
 * @property {number} [entry_number]
 * @property {number} [announced]
 * @property {string[]} [lists]
 * @property {string} [title]
 * @property {string} [description]
 * @property {string[]} [tags]
 * @property {string} [channel]
 * @property {string} [date]
 * @property {string} [language]
 * @property {"public" | "unlisted"} [visibility]
 * @property {Chapter[]} [chapters]
 * @property {Captions[]} [captions]
 * @property {Picture[]} [posters]
 * @property {Explained} [error]
 * @property {Problem[]} [problems]
 */
/**
 * @typedef {object} Ref Where a page or a directory lies, and how many entries are in it or below it.
 * @property {string} object
 * @property {number} count
 */
/**
 * @typedef {object} Page
 * @property {Entry[]} entries
 */
/**
 * @typedef {object} Directory
 * @property {Ref[]} pages
 */
/**
 * @typedef {object} Root A list of videos: the newest, and the directories of the pages that hold them all, newest first.
 * @property {number} generation
 * @property {string} [name] the tag or the channel
 * @property {number} [count]
 * @property {Entry[]} [newest]
 * @property {Ref[]} [directories]
 */
/**
 * @typedef {object} Bundle Where a bundle's list of members lies; Pagefind's files are below pagefind/ beside it.
 * @property {string} members
 * @property {number} count
 */
/**
 * @typedef {object} Live What is searched.
 * @property {number} generation
 * @property {Bundle[]} [bundles]
 */
/**
 * @typedef {object} Config Where the rest is: the media bucket's base URL, and the API's, which a copy for viewers lacks.
 * @property {string} media ends with a slash
 * @property {string} [api]
 */
/**
 * @template T
 * @typedef {{kind: "there", document: T} | {kind: "absent"} | {kind: "unreachable"} | {kind: "unknown"}} Seen
 * What a look at a document found; `unknown` is a document of another version than this page knows.
 */

export {};
