"""What a generative adversarial network says of itself."""

import numpy as np

from common.words import Words

LOST = 20  # nats: above this loss, a player is far from where it can learn
WON = 0.02  # nats: below this loss, the discriminator is sure of every image
ALIKE = 0.05  # of the variance of real images: below this share, all look the same


class GenerativeAdversarialNetwork(Words):
    """Goodfellow et al. 2014."""

    title = "a generative adversarial network"
    objective = "discriminator's loss"
    commands = ("sample", "interpolate", "evaluate")
    missing_commands = {
        "encode": "a generative adversarial network has no encoder, so no image has a "
        "code; `sample` and `interpolate` start from random ones",
        "reconstruct": "a generative adversarial network has no encoder: it makes new "
        "images and cannot reproduce a given one; try `sample`",
    }
    note = (
        "The losses are in nats, the discriminator's per pair of a real and a made\n"
        "image.  They do not say how good the images are: 0.69 for the generator and\n"
        "1.39 for the discriminator are a tie."
    )
    random_code = "z ~ N(0, I)"
    pixel = "gray level"
    samples = {"mean": "gray levels"}
    heading = "discriminator's loss  generator's  real seen  generated seen"
    row = (
        "{train_discriminator_loss:20.3f}  {train_generator_loss:11.3f}  "
        "{train_accuracy_real:9.1%}  {train_accuracy_generated:14.1%}"
    )
    result = (
        "the discriminator takes {test_accuracy_real:.1%} of the test images for real "
        "and sees through {test_accuracy_generated:.1%} of the generated ones"
    )

    def progress(self, settings, sums, steps):
        """Both losses."""
        discriminator, generator, *_ = (total / steps for total in sums.values())
        return f"losses {discriminator:.2f} and {generator:.2f} nats"

    def warning(self, row, images):
        """One line if the game is over, or all generated images look alike.

        (N, D) uint8, the test images.
        """
        losses = row["train_discriminator_loss"], row["train_generator_loss"]
        if max(losses) > LOST:
            return (
                "the losses have run away; start again with a tenth of the "
                "--learning-rate"
            )
        if row["train_discriminator_loss"] < WON:
            return (
                "the discriminator sees through every image, so that the generator "
                "learns little; try a lower --learning-rate or a higher --penalty"
            )
        real = np.divide(images[:1000], 255).var(axis=0).sum()
        if row["test_variance"] < ALIKE * real:
            return (
                "the generator has collapsed: its images are almost the same for every "
                "z; try a lower --learning-rate or a higher --penalty"
            )
        return None

    def next_step(self, settings, run, data, test_images):
        """A walk from one image that does not exist to another."""
        return f" interpolate {run} --from 3 --to 17   (from one new image to another)"
