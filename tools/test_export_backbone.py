"""python3 -m unittest discover -s tools  (needs torch, and torchvision for one of them)"""
import os
import tempfile
import unittest

import torch
from torch import nn

import export_backbone


class Small(nn.Module):
    """A network of the usual kind, small enough for a test; its weights are made here."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1))

    def forward(self, pictures):
        return self.layers(pictures)


class ExportTest(unittest.TestCase):
    def export(self, mixed):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "small.pt")
            features = export_backbone.export(Small(), (0.5,) * 3, (0.25,) * 3, 32, mixed, file)
            return features, torch.jit.load(file)

    def test_gives_a_row_of_float_features_for_each_picture(self):
        features, module = self.export(mixed=False)
        found = module(torch.rand(5, 3, 32, 32))
        self.assertEqual(8, features)
        self.assertEqual((5, 8), tuple(found.shape))
        self.assertEqual(torch.float32, found.dtype)

    def test_normalises_by_itself(self):
        _, module = self.export(mixed=False)
        grey = torch.full((1, 3, 32, 32), 0.5)
        expected = torch.flatten(Small().eval()(torch.zeros(1, 3, 32, 32)), 1)
        self.assertTrue(torch.allclose(expected, module(grey), atol=1e-5))

    def test_mixed_precision_changes_nothing_without_a_gpu(self):
        pictures = torch.rand(2, 3, 32, 32)
        _, plain = self.export(mixed=False)
        _, mixed = self.export(mixed=True)
        self.assertTrue(torch.allclose(plain(pictures), mixed(pictures), atol=1e-5))

    def test_takes_the_classifier_off_a_torchvision_network(self):
        try:
            import torchvision  # noqa: F401
        except ImportError:
            self.skipTest("torchvision is not installed")
        model, mean, std = export_backbone.network("resnet18", "none")
        with tempfile.TemporaryDirectory() as folder:
            features = export_backbone.export(model, mean, std, 64, False, os.path.join(folder, "r.pt"))
        self.assertEqual(512, features)


if __name__ == "__main__":
    unittest.main()
