/** The webcam, or a phone's cameras; frames stay in the page. */

import { Problem } from './core/problem.js';

const REASONS = {
  NotAllowedError: 'this page has not been allowed to',
  NotFoundError: 'there is none',
  NotReadableError: 'another program uses it',
};

export class Camera {
  /** @param {HTMLVideoElement} video Where it is shown. */
  constructor(video) {
    this.video = video;
  }

  /** Whether frames are mirrored, as one sees oneself; not from a camera on a phone's back. */
  get mirror() {
    return this.track?.getSettings().facingMode !== 'environment';
  }

  /** @throws {Problem} noCamera, insecure. */
  async start() {
    if (!navigator.mediaDevices) throw new Problem('insecure');
    try {
      const wanted = { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
      [this.track] = stream.getVideoTracks();
      this.video.srcObject = stream;
      this.video.classList.toggle('mirrored', this.mirror);
      await this.video.play();
    } catch (error) {
      this.stop();
      throw new Problem('noCamera', { reason: REASONS[error.name] ?? error.message });
    }
  }

  stop() {
    this.track?.stop();
    this.track = null;
    this.video.srcObject = null;
  }
}
