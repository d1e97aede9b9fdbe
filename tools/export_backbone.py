#!/usr/bin/env python3
"""Exports a torchvision or timm network as the TorchScript backbone that Anchorstream takes.

    python3 tools/export_backbone.py --arch resnet18 --size 224 --out resnet18.pt
    python3 tools/export_backbone.py --arch timm:vit_small_patch14_dinov2 --size 224 --mixed --out dino.pt

then train.network=torchscript, train.network-options=file=resnet18.pt, image.size=224.

The module takes float32[N][3][S][S] with values from 0 to 1 and gives float32[N][F]; it normalises by itself. With
--mixed it computes in half precision on a GPU, inside the module; on a CPU it changes nothing.
"""
import argparse
import sys

import torch
from torch import nn

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Backbone(nn.Module):
    """Normalises, computes, flattens: what Anchorstream expects of a backbone."""

    def __init__(self, features, mean, std):
        super().__init__()
        self.features = features
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))

    def forward(self, pictures):
        return torch.flatten(self.features((pictures - self.mean) / self.std), 1).float()


class MixedBackbone(Backbone):
    """The same in half precision where there is a GPU. Autocast inside a scripted module needs no help from outside."""

    def forward(self, pictures):
        with torch.cuda.amp.autocast():
            found = self.features((pictures - self.mean) / self.std)
        return torch.flatten(found, 1).float()


def network(arch, weights):
    """The network without its classifier, and the mean and deviation it was trained with."""
    if arch.startswith("timm:"):
        import timm
        model = timm.create_model(arch[len("timm:"):], pretrained=weights == "default", num_classes=0)
        config = model.default_cfg
        mean, std = config["mean"], config["std"]
    else:
        import torchvision.models
        if not hasattr(torchvision.models, arch):
            sys.exit(f"torchvision has no {arch}; timm's networks are named timm:NAME")
        model = getattr(torchvision.models, arch)(weights="DEFAULT" if weights == "default" else None)
        mean, std = IMAGENET_MEAN, IMAGENET_STD
        for classifier in ("fc", "classifier", "heads", "head"):
            if hasattr(model, classifier):
                setattr(model, classifier, nn.Identity())
                break
    if weights not in ("default", "none"):
        missing, _ = model.load_state_dict(torch.load(weights, map_location="cpu"), strict=False)
        if missing:
            sys.exit(f"{weights} lacks {len(missing)} of the network's weights, e.g. {missing[0]}")
    return model, mean, std


def export(model, mean, std, size, mixed, out):
    """Writes the module and checks that what was written computes the same for one picture and for several."""
    model.eval()
    pictures = torch.rand(3, 3, size, size)
    with torch.no_grad():
        traced = torch.jit.trace(model, pictures, check_trace=False)
        backbone = (MixedBackbone if mixed else Backbone)(traced, mean, std).eval()
        scripted = torch.jit.script(backbone)
        torch.jit.save(scripted, out)
        expected = Backbone(model, mean, std).eval()(pictures)
        loaded = torch.jit.load(out)
        for rows in (pictures, pictures[:1]):
            found = loaded(rows)
            if found.dim() != 2 or found.dtype != torch.float32:
                sys.exit(f"the network gives {list(found.shape)} of {found.dtype}, not float32[N][F]")
            if not torch.allclose(found, expected[:len(rows)], rtol=1e-3, atol=1e-4):
                sys.exit("the exported network computes something else; its forward depends on its input's values")
    return expected.shape[1]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch", required=True, help="a network of torchvision.models, or timm:NAME")
    parser.add_argument("--weights", default="default", help="default (pretrained), none, or a state-dict file")
    parser.add_argument("--size", type=int, default=224, help="edge of the pictures, as image.size")
    parser.add_argument("--mixed", action="store_true", help="half precision on a GPU")
    parser.add_argument("--out", required=True)
    chosen = parser.parse_args(arguments)
    model, mean, std = network(chosen.arch, chosen.weights)
    features = export(model, mean, std, chosen.size, chosen.mixed, chosen.out)
    print(f"wrote {chosen.out}: {features} features of a picture of {chosen.size} px"
          f"{', half precision on a GPU' if chosen.mixed else ''}")


if __name__ == "__main__":
    main(sys.argv[1:])
