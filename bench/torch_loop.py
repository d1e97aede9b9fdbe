"""The training loop of the resnet network in plain PyTorch, for ./anchorstream bench torch.

Same layers, batch, loss (adaptive triplet, semi-hard) and optimiser as the Java side; random crop from uint8, forward,
loss, backward, clip, AdamW. For each line it reads it takes the steps of one round and prints images per second.

usage: torch_loop.py IMAGE_SIZE INPUT_SIZE LABELS PER_LABEL STEPS_PER_ROUND THREADS plain|channels-last
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(after)
        self.short = None
        if stride != 1 or before != after:
            self.short = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (x if self.short is None else self.short(x)))


def network(size, width=16, dimension=128):
    edge = size
    for _ in range(4):
        edge = (edge + 1) // 2
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        Block(width, width, 1), Block(width, 2 * width, 2), Block(2 * width, 4 * width, 2), Block(4 * width, 8 * width, 2),
        nn.Flatten(), nn.Linear(8 * width * edge * edge, dimension))


def adaptive_triplet(vectors, labels, texts, beta=0.2):
    unit = F.normalize(vectors)
    squared = (2 - 2 * unit @ unit.t()).clamp(min=0)
    margins = beta + (2 - 2 * texts @ texts.t()).clamp(0, 4) / (4 - beta)
    same = labels[:, None] == labels[None, :]
    positive = same & ~torch.eye(len(labels), dtype=torch.bool)
    anchors, positives = positive.nonzero(as_tuple=True)
    with torch.no_grad():
        rows = squared[anchors]
        other = ~same[anchors]
        behind = other & (rows > squared[anchors, positives][:, None])
        nearest = rows.masked_fill(~behind, float('inf')).argmin(1)
        farthest = rows.masked_fill(~other, -1).argmax(1)
        negatives = torch.where(behind.any(1), nearest, farthest)
    hinge = F.relu(squared[anchors, positives] - squared[anchors, negatives] + margins[anchors, negatives])
    return hinge.sum() / (hinge > 0).sum().clamp(min=1)


def main():
    image, size, labels, per_label, steps, threads = map(int, sys.argv[1:7])
    layout = {'plain': torch.contiguous_format, 'channels-last': torch.channels_last}[sys.argv[7]]
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    n = labels * per_label
    net = network(size).to(memory_format=layout)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-4, weight_decay=1e-4)
    pictures = torch.randint(0, 256, (8, n, 3, image, image), dtype=torch.uint8)
    texts = F.normalize(torch.randn(labels, 384)).repeat_interleave(per_label, 0)
    y = torch.arange(labels).repeat_interleave(per_label)
    net.train()
    print('torch', torch.__version__, flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        for step in range(steps):
            batch = pictures[step % 8]
            corners = torch.randint(0, image - size + 1, (n, 2)).tolist()
            crops = torch.stack([batch[i, :, a:a + size, b:b + size] for i, (a, b) in enumerate(corners)])
            inputs = crops.float().div_(255).contiguous(memory_format=layout)
            loss = adaptive_triplet(net(inputs), y, texts)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
        print('images/s', steps * n / (time.perf_counter() - began), flush=True)


main()
