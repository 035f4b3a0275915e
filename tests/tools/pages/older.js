// An older browser, at a host that is not secure, which adds noise to what is read.
for (const name of ["OffscreenCanvas", "structuredClone", "crypto"]) delete window[name];
delete CanvasRenderingContext2D.prototype.roundRect;
delete Object.getPrototypeOf(Uint8Array.prototype).with;
delete Navigator.prototype.clipboard;
CanvasRenderingContext2D.prototype.getImageData = () => { throw Error("noise"); };
